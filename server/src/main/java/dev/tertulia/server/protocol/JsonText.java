package dev.tertulia.server.protocol;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamContext;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;

/// The one place where JSON is read and written: what clients send, what is stored, exported and
/// imported, and what a command reads of a server. Any thread.
///
/// There is one factory and one set of bounds, so that what one door accepts is never too much for
/// another. Whatever passes a bound is a [tools.jackson.core.JacksonException]. All of it is read
/// as bytes of UTF-8, because the bounds count those.
public final class JsonText {
  /// The most levels that a message may have, its own included.
  public static final int MAX_DEPTH = 500;

  /// The most characters that a number may have: what common readers of JSON take.
  public static final int MAX_NUMBER_LENGTH = 1_000;

  /// The longest name of a field, in bytes of UTF-8: what common readers of JSON take.
  public static final int MAX_NAME_BYTES = 50_000;

  /// The longest text, in bytes: above what the longest entry takes in an export, however it is
  /// escaped.
  public static final int MAX_TEXT_BYTES = 4 << 20;

  /// The longest document, in bytes: above the longest answer of the API. Where a document comes
  /// from outside it has a bound of its own: that of a frame, a body, or a line.
  private static final int MAX_DOCUMENT_BYTES = 256 << 20;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(MAX_NUMBER_LENGTH)
                  .maxNameLength(MAX_NAME_BYTES)
                  .maxStringLength(MAX_TEXT_BYTES)
                  .maxDocumentLength(MAX_DOCUMENT_BYTES)
                  .build())
          .build();

  private JsonText() {}

  /// Begins to read UTF-8, and nothing else: Jackson would take bytes for UTF-16 or UTF-32 by
  /// themselves, in which no bound and no place is counted in bytes.
  ///
  /// @throws tools.jackson.core.JacksonException if the first bytes are those of another encoding,
  ///   or a byte order mark
  public static JsonParser parser(byte[] text, int offset, int length) {
    if (isOtherUnicode(text, offset, length)) {
      throw new StreamReadException("a U+0000 or a byte order mark at the beginning");
    }
    return JSON.createParser(ObjectReadContext.empty(), text, offset, length);
  }

  /// Begins to read UTF-8.
  public static JsonParser parser(byte[] text) {
    return parser(text, 0, text.length);
  }

  /// Begins to write UTF-8 to `out`.
  public static JsonGenerator generator(OutputStream out) {
    return JSON.createGenerator(ObjectWriteContext.empty(), out);
  }

  /// The value at which `parser` stands, as it is written, which is passed over.
  ///
  /// @param text what `parser` reads, from `start` on
  public static String raw(JsonParser parser, byte[] text, int start) {
    int begin = start + (int) parser.currentTokenLocation().getByteOffset();
    parser.skipChildren();
    parser.finishToken();
    int end = start + (int) parser.currentLocation().getByteOffset();
    return new String(text, begin, end - begin, StandardCharsets.UTF_8);
  }

  /// `json` with blanks for the ends of lines, which stand only between its parts: the same value,
  /// in one line of an export or of a stream.
  public static String inOneLine(String json) {
    return json.replace('\n', ' ').replace('\r', ' ');
  }

  /// The field of the outermost object in which `parser` stands; empty if there is none.
  static String fieldOf(JsonParser parser) {
    TokenStreamContext at = parser.streamReadContext();
    while (at.getParent() != null && !at.getParent().inRoot()) {
      at = at.getParent();
    }
    String name = at.currentName();
    return name == null ? "" : name;
  }

  /// Whether `bytes` are UTF-8.
  public static boolean isUtf8(byte[] bytes, int offset, int length) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, offset, length));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
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

  /// Whether every surrogate in `text` has its other half, so that it can be told in UTF-8.
  ///
  /// A NUL is told in UTF-8 too, and yet not every database can hold it: see [#isText].
  static boolean isUnicode(String text) {
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

  /// Whether `text` may stand in a field that is stored: Unicode, and without U+0000, which other
  /// databases than SQLite can't hold.
  public static boolean isText(String text) {
    return text.indexOf('\0') < 0 && isUnicode(text);
  }

  /// How many characters `text` has: Unicode code points.
  public static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /// How many bytes of UTF-8 `text` takes.
  public static int utf8Length(String text) {
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
