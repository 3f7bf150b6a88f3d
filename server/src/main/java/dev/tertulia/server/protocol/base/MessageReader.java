package dev.tertulia.server.protocol.base;

import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.EntryRules;
import dev.tertulia.server.model.EntryRules.TextRule;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.protocol.Received;
import dev.tertulia.server.protocol.Received.Ref;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Decodes messages of base clients: from UTF-8 to a [ClientMessage] or a [Refusal], never an
/// exception.
///
/// Only `type`, `sender` and `message` of an object count, and `ref` is returned with a refusal;
/// other fields may have any JSON value up to a depth of 500. Safe for any thread.
public final class MessageReader {
  private final Language.Words words;

  public MessageReader(Language language) {
    words = language.words();
  }

  /// Decodes one message.
  ///
  /// @param text valid UTF-8 from `offset` on, `length` bytes of it; not kept
  public Received<ClientMessage> read(byte[] text, int offset, int length) {
    try (JsonParser parser = JsonText.parser(text, offset, length)) {
      return parser.nextToken() == JsonToken.START_OBJECT ? tryObject(parser) : notAnObject();
    } catch (JacksonException e) {
      return notAnObject();
    }
  }

  private Received<ClientMessage> tryObject(JsonParser parser) {
    try {
      return readObject(parser);
    } catch (JacksonException e) {
      return new Received.Refused<>(null, invalid(words.problemWith(JsonText.fieldOf(parser), e)));
    }
  }

  /// A violation is reported after the whole object has been read, because `ref` may come later.
  private Received<ClientMessage> readObject(JsonParser parser) {
    String type = null;
    String sender = null;
    String message = null;
    Ref ref = null;
    Refusal wrong = null;
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      boolean counts = field.equals("type") || field.equals("sender") || field.equals("message");
      if (field.equals("ref")) {
        ref = ref(parser, value);
      } else if (!counts) {
        parser.skipChildren();
      } else if (value != JsonToken.VALUE_STRING) {
        parser.skipChildren();
        wrong = wrong == null ? invalid(words.notText().formatted(field)) : wrong;
      } else {
        String content = parser.getString();
        // A type is not stored, so one with U+0000 is just unknown.
        String problem =
            field.equals("type") && JsonText.isUnicode(content)
                ? null
                : words.problemWith(field, content);
        if (problem != null) {
          wrong = wrong == null ? invalid(problem) : wrong;
        }
        switch (field) {
          case "type" -> type = content;
          case "sender" -> sender = content;
          default -> message = content;
        }
      }
    }
    if (parser.nextToken() != null) {
      return notAnObject();
    }
    return wrong == null ? check(ref, type, sender, message) : new Received.Refused<>(ref, wrong);
  }

  /// Base clients have always been allowed any value here.
  private static @Nullable Ref ref(JsonParser parser, JsonToken value) {
    return switch (value) {
      case VALUE_STRING -> {
        String text = parser.getString();
        yield JsonText.isUnicode(text) && JsonText.length(text) <= Ref.MAX_LENGTH
            ? Ref.of(text)
            : null;
      }
      case VALUE_NUMBER_INT -> {
        String digits = parser.getString();
        yield digits.length() <= Ref.MAX_LENGTH ? new Ref(digits) : null;
      }
      default -> {
        parser.skipChildren();
        yield null;
      }
    };
  }

  private static Received<ClientMessage> ok(@Nullable Ref ref, ClientMessage message) {
    return new Received.Ok<>(ref, message);
  }

  private Received<ClientMessage> check(
      @Nullable Ref ref, @Nullable String type, @Nullable String sender, @Nullable String message) {
    if (sender != null && !TextRule.SENDER.fits(sender)) {
      return new Received.Refused<>(
          ref, invalid(words.tooLong().formatted("sender", TextRule.SENDER.most())));
    }
    if (message != null && !EntryRules.isShortEnough(message, null)) {
      return new Received.Refused<>(
          ref,
          new Refusal(
              ErrorCode.TOO_LARGE, words.tooLarge().formatted(EntryRules.MAX_MESSAGE_BYTES)));
    }
    return switch (type) {
      case "chat" -> ok(ref, new ClientMessage.Chat(sender, message));
      case "notification" -> ok(ref, new ClientMessage.Notification(message));
      case "broadcast_notification" -> ok(ref, new ClientMessage.BroadcastNotification(message));
      case null, default ->
          new Received.Refused<>(ref, new Refusal(ErrorCode.UNKNOWN_TYPE, words.unknownType()));
    };
  }

  private Received<ClientMessage> notAnObject() {
    return new Received.Refused<>(null, invalid(words.notAnObject()));
  }

  private static Refusal invalid(String why) {
    return new Refusal(ErrorCode.INVALID, why);
  }
}
