package dev.tertulia.server.protocol;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Reads what base clients send: UTF-8 text to [ClientMessage] or [Refusal], and never an
/// exception.
///
/// Of an object only `type`, `sender` and `message` count; other fields may hold anything that is
/// JSON, up to a depth of 500. Safe for any thread.
public final class MessageReader {
  private final Language.Words words;

  public MessageReader(Language language) {
    words = language.words();
  }

  /// Reads one message.
  ///
  /// @param text valid UTF-8 from `offset` on, `length` bytes of it; not kept
  public Decoded read(byte[] text, int offset, int length) {
    if (JsonText.isOtherUnicode(text, offset, length)) {
      return notAnObject();
    }
    try (JsonParser parser = JsonText.parser(text, offset, length)) {
      return parser.nextToken() == JsonToken.START_OBJECT ? tryObject(parser) : notAnObject();
    } catch (JacksonException e) {
      return notAnObject();
    }
  }

  private Decoded tryObject(JsonParser parser) {
    try {
      return readObject(parser);
    } catch (JacksonException e) {
      return invalid(words.problemWith(JsonText.fieldOf(parser), e));
    }
  }

  private Decoded readObject(JsonParser parser) {
    String type = null;
    String sender = null;
    String message = null;
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      boolean counts = field.equals("type") || field.equals("sender") || field.equals("message");
      if (!counts) {
        parser.skipChildren();
      } else if (value != JsonToken.VALUE_STRING) {
        return invalid(words.notText().formatted(field));
      } else {
        String content = parser.getString();
        String problem = words.problemWith(field, content);
        if (problem != null) {
          return invalid(problem);
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
    return check(type, sender, message);
  }

  private Decoded check(@Nullable String type, @Nullable String sender, @Nullable String message) {
    if (sender != null && !TextRule.SENDER.fits(sender)) {
      return invalid(words.tooLong().formatted("sender", TextRule.SENDER.most()));
    }
    if (message != null && !EntryRules.isShortEnough(message, null)) {
      return new Refusal(
          ErrorCode.TOO_LARGE, words.tooLarge().formatted(ClientMessage.MAX_MESSAGE_BYTES));
    }
    return switch (type) {
      case "chat" -> new ClientMessage.Chat(sender, message);
      case "notification" -> new ClientMessage.Notification(message);
      case "broadcast_notification" -> new ClientMessage.BroadcastNotification(message);
      case null, default -> new Refusal(ErrorCode.UNKNOWN_TYPE, words.unknownType());
    };
  }

  private Refusal notAnObject() {
    return invalid(words.notAnObject());
  }

  private static Refusal invalid(String why) {
    return new Refusal(ErrorCode.INVALID, why);
  }
}
