package dev.tertulia.server.json;

import java.io.ByteArrayOutputStream;
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
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.core.json.JsonFactory;

/// The only place where JSON parsers and generators are created: for clients, storage, exports and
/// imports, and commands. Safe for any thread.
///
/// One factory with one set of limits ensures that what one part accepts is never too large for
/// another. Exceeding a limit is a [tools.jackson.core.JacksonException]. All input is bytes of
/// UTF-8, because the limits count bytes.
public final class JsonText {
  /// The maximum nesting depth of a message, including the outermost level.
  public static final int MAX_DEPTH = 500;

  /// The maximum length of a number, in characters: what common JSON parsers accept.
  public static final int MAX_NUMBER_LENGTH = 1_000;

  /// The maximum length of a field name, in bytes of UTF-8: what common JSON parsers accept.
  public static final int MAX_NAME_BYTES = 50_000;

  /// The maximum length of a string, in bytes: more than the largest entry takes in an export,
  /// however it is escaped.
  public static final int MAX_TEXT_BYTES = 4 << 20;

  /// The maximum size of a document, in bytes: more than the largest answer of the API. Documents
  /// from outside have smaller limits: that of a frame, a body or a line.
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

  /// Creates a parser for UTF-8 only. By default Jackson would also detect UTF-16 and UTF-32, for
  /// which limits and locations are not counted in bytes.
  ///
  /// @throws tools.jackson.core.JacksonException if the first bytes indicate another encoding, or
  ///   are a byte order mark
  public static JsonParser parser(byte[] text, int offset, int length) {
    if (isOtherUnicode(text, offset, length)) {
      throw new StreamReadException("a U+0000 or a byte order mark at the beginning");
    }
    return JSON.createParser(ObjectReadContext.empty(), text, offset, length);
  }

  /// Creates a parser for UTF-8.
  public static JsonParser parser(byte[] text) {
    return parser(text, 0, text.length);
  }

  /// Creates a generator that writes UTF-8 to `out`.
  public static JsonGenerator generator(OutputStream out) {
    return JSON.createGenerator(ObjectWriteContext.empty(), out);
  }

  /// Encodes a message: one object, in UTF-8.
  public static byte[] object(Fields fields) {
    JsonBytes bytes = new JsonBytes();
    try (JsonGenerator out = generator(bytes)) {
      out.writeStartObject();
      fields.writeTo(out);
      out.writeEndObject();
    }
    return bytes.bytes();
  }

  /// Encodes an object that contains JSON that is already encoded.
  ///
  /// @param size the estimated size of the result, in bytes
  public static byte[] object(int size, FieldsAndBytes fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(size);
    try (JsonGenerator out = generator(bytes)) {
      out.writeStartObject();
      fields.writeTo(out, bytes);
      out.writeEndObject();
    }
    return bytes.toByteArray();
  }

  /// Writes the fields of one object.
  public interface Fields {
    void writeTo(JsonGenerator out);
  }

  /// Writes the fields of one object, some of them directly to the underlying stream.
  public interface FieldsAndBytes {
    /// Writes the fields.
    ///
    /// @param bytes the stream behind `out`, which must be flushed before it is used
    void writeTo(JsonGenerator out, ByteArrayOutputStream bytes);
  }

  /// Returns the literal text of the value at the position of `parser`, and moves past it.
  ///
  /// @param text the input of `parser`, from `start` on
  public static String raw(JsonParser parser, byte[] text, int start) {
    int begin = start + (int) parser.currentTokenLocation().getByteOffset();
    parser.skipChildren();
    parser.finishToken();
    int end = start + (int) parser.currentLocation().getByteOffset();
    return new String(text, begin, end - begin, StandardCharsets.UTF_8);
  }

  /// Replaces line breaks in `json`, which can only occur between tokens, by spaces: the same value
  /// in one line, for an export or a stream.
  public static String inOneLine(String json) {
    return json.replace('\n', ' ').replace('\r', ' ');
  }

  /// `text` as a JSON string, in quotation marks.
  public static String string(String text) {
    StringBuilder json = new StringBuilder(text.length() + 2).append('"');
    JsonStringEncoder.getInstance().quoteAsString(text, json);
    return json.append('"').toString();
  }

  /// The field of the outermost object in which `parser` is positioned; empty if there is none.
  public static String fieldOf(JsonParser parser) {
    TokenStreamContext at = parser.streamReadContext();
    while (at.getParent() != null && !at.getParent().inRoot()) {
      at = at.getParent();
    }
    String name = at.currentName();
    return name == null ? "" : name;
  }

  /// Whether `bytes` are valid UTF-8.
  public static boolean isUtf8(byte[] bytes, int offset, int length) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, offset, length));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  /// Whether a JSON parser would take the text for UTF-16 or UTF-32, or skip a byte order mark.
  private static boolean isOtherUnicode(byte[] text, int offset, int length) {
    for (int i = offset; i < offset + Math.min(length, 4); i++) {
      if (text[i] == 0) {
        return true;
      }
    }
    return length > 0 && (text[offset] & 0xff) == 0xef;
  }

  /// Whether `text` has no unpaired surrogates, so that it can be encoded as UTF-8.
  ///
  /// U+0000 can be encoded in UTF-8, but not stored in every database: see [#isText].
  public static boolean isUnicode(String text) {
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

  /// Whether `text` may be stored in a field: valid Unicode without U+0000, which databases other
  /// than SQLite can't store.
  public static boolean isText(String text) {
    return text.indexOf('\0') < 0 && isUnicode(text);
  }

  /// The number of Unicode code points of `text`.
  public static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /// The size of `text` in UTF-8, in bytes.
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
