package dev.tertulia.server.http.api;

import dev.tertulia.server.http.Response;
import dev.tertulia.server.http.page.PageSource;
import dev.tertulia.server.json.JsonText;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.core.JsonGenerator;

/// The OpenAPI 3.1 description of the API, written in YAML and served as YAML and as JSON. Any
/// thread.
public final class Description {
  private static final String FILE = "openapi.yaml";

  private final byte[] yaml;

  /// `null` until it is first asked for. Threads that ask at the same time make the same.
  private volatile byte @Nullable [] json;

  /// Reads the description from the class path.
  public Description() {
    byte[] found = PageSource.resource(FILE);
    if (found == null) {
      throw new IllegalStateException(FILE + " is not on the class path");
    }
    yaml = found;
  }

  Response yaml() {
    return response("application/yaml; charset=utf-8", yaml);
  }

  Response json() {
    byte[] made = json;
    if (made == null) {
      made = toJson(yaml);
      json = made;
    }
    return response("application/json", made);
  }

  private static Response response(String type, byte[] body) {
    return new Response(200, Map.of("Content-Type", type, "Cache-Control", "no-cache"), body);
  }

  private static byte[] toJson(byte[] yaml) {
    Object document =
        new Load(LoadSettings.builder().setLabel(FILE).build())
            .loadFromInputStream(new ByteArrayInputStream(yaml));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(2 * yaml.length);
    try (JsonGenerator out = JsonText.generator(bytes)) {
      write(document, out);
    }
    return bytes.toByteArray();
  }

  private static void write(@Nullable Object value, JsonGenerator out) {
    switch (value) {
      case null -> out.writeNull();
      case Map<?, ?> map -> {
        out.writeStartObject();
        map.forEach((name, field) -> {
          out.writeName(String.valueOf(name));
          write(field, out);
        });
        out.writeEndObject();
      }
      case List<?> list -> {
        out.writeStartArray();
        list.forEach(each -> write(each, out));
        out.writeEndArray();
      }
      case Boolean truth -> out.writeBoolean(truth);
      case Integer number -> out.writeNumber(number);
      case Long number -> out.writeNumber(number);
      case String text -> out.writeString(text);
      default -> throw new IllegalStateException("no JSON for a " + value.getClass().getName());
    }
  }
}
