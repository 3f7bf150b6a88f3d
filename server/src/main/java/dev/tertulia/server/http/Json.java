package dev.tertulia.server.http;

import dev.tertulia.server.json.JsonText;
import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;

/// Encodes answers as JSON. Safe for any thread.
public final class Json {
  private Json() {}

  /// Encodes one object as UTF-8.
  ///
  /// @param fields writes its fields
  public static byte[] object(Consumer<JsonGenerator> fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator out = JsonText.generator(bytes)) {
      out.writeStartObject();
      fields.accept(out);
      out.writeEndObject();
    }
    return bytes.toByteArray();
  }
}
