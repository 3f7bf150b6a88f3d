package dev.tertulia.server.json;

import java.io.ByteArrayOutputStream;
import tools.jackson.core.JsonGenerator;

/// Encodes a message: one JSON object in UTF-8. Safe for any thread.
public final class JsonObject {
  /// The initial buffer size, enough for most messages, in bytes.
  private static final int USUAL_BYTES = 256;

  private JsonObject() {}

  public static byte[] write(Fields fields) {
    return write(USUAL_BYTES, (out, bytes) -> fields.writeTo(out));
  }

  /// Encodes an object that contains JSON that is already encoded.
  ///
  /// @param size the estimated size of the result, in bytes
  public static byte[] write(int size, FieldsAndBytes fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(size);
    try (JsonGenerator out = JsonText.generator(bytes)) {
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
}
