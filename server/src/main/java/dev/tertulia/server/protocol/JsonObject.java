package dev.tertulia.server.protocol;

import java.io.ByteArrayOutputStream;
import tools.jackson.core.JsonGenerator;

/// How every message is put into bytes: one JSON object in UTF-8. Any thread.
final class JsonObject {
  /// Room for most messages, in bytes.
  private static final int USUAL_BYTES = 256;

  private JsonObject() {}

  static byte[] write(Fields fields) {
    return write(USUAL_BYTES, (out, bytes) -> fields.writeTo(out));
  }

  /// The same, for an object that has ready-made JSON in it.
  ///
  /// @param size about how long it becomes, in bytes
  static byte[] write(int size, FieldsAndBytes fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(size);
    try (JsonGenerator out = JsonText.generator(bytes)) {
      out.writeStartObject();
      fields.writeTo(out, bytes);
      out.writeEndObject();
    }
    return bytes.toByteArray();
  }

  /// Writes the fields of one object.
  interface Fields {
    void writeTo(JsonGenerator out);
  }

  /// Writes the fields of one object, some of them past the generator.
  interface FieldsAndBytes {
    /// Writes them.
    ///
    /// @param bytes where `out` writes to, once it is flushed
    void writeTo(JsonGenerator out, ByteArrayOutputStream bytes);
  }
}
