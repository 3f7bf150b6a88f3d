package dev.tertulia.server.protocol;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/// Reads what base clients send: UTF-8 text to [ClientMessage] or [Refusal], and never an
/// exception.
///
/// Of an object only `type`, `sender` and `message` count; other fields may hold anything that is
/// JSON, up to a depth of 500. Safe for any thread.
public final class MessageReader {
  private final JsonFactory json =
      JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(500).build())
          .build();
  private final Language.Words words;

  public MessageReader(Language language) {
    words = language.words();
  }

  /// Reads one message.
  ///
  /// @param text valid UTF-8 from `offset` on, `length` bytes of it; not kept
  public Decoded read(byte[] text, int offset, int length) {
    if (isOtherUnicode(text, offset, length)) {
      return notAnObject();
    }
    try (JsonParser parser = json.createParser(ObjectReadContext.empty(), text, offset, length)) {
      return parser.nextToken() == JsonToken.START_OBJECT ? readObject(parser) : notAnObject();
    } catch (JacksonException e) {
      return notAnObject();
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
        if (!isUnicode(content)) {
          return invalid(words.notUnicode().formatted(field));
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
    if (sender != null
        && sender.codePointCount(0, sender.length()) > ClientMessage.MAX_SENDER_LENGTH) {
      return invalid(words.tooLong().formatted("sender", ClientMessage.MAX_SENDER_LENGTH));
    }
    if (message != null && utf8Length(message) > ClientMessage.MAX_MESSAGE_BYTES) {
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

  /// Whether a JSON parser would take the text for UTF-16 or UTF-32, or pass over a byte order
  /// mark.
  private static boolean isOtherUnicode(byte[] text, int offset, int length) {
    for (int i = offset; i < offset + Math.min(length, 4); i++) {
      if (text[i] == 0) {
        return true;
      }
    }
    return length > 0 && (text[offset] & 0xff) == 0xef;
  }

  private static Refusal invalid(String why) {
    return new Refusal(ErrorCode.INVALID, why);
  }

  /// Whether every surrogate in `text` has its other half, so that it can be told in UTF-8.
  private static boolean isUnicode(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean paired =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!paired) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  private static int utf8Length(String text) {
    int length = text.length();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x800 && !Character.isSurrogate(c)) {
        length += 2;
      } else if (c >= 0x80) {
        length += 1;
      }
    }
    return length;
  }
}
