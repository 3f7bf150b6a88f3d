package dev.tertulia.server.http;

import dev.tertulia.server.protocol.JsonText;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import tools.jackson.core.JsonGenerator;

/// Whether the process lives, and whether it should be sent requests.
public final class Health {
  private final BooleanSupplier ready;
  private final Supplier<String> trouble;

  /// @param ready whether the server has started and is not about to stop
  /// @param trouble what keeps it from storing, in words; empty for nothing
  public Health(BooleanSupplier ready, Supplier<String> trouble) {
    this.ready = ready;
    this.trouble = trouble;
  }

  Response live() {
    return Response.json(200, "{\"status\":\"up\"}");
  }

  Response ready() {
    if (!ready.getAsBoolean()) {
      return Response.json(503, "{\"status\":\"draining\"}");
    }
    String cause = trouble.get();
    if (cause.isEmpty()) {
      return Response.json(200, "{\"status\":\"ready\"}");
    }
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    try (JsonGenerator out = JsonText.generator(json)) {
      out.writeStartObject()
          .writeStringProperty("status", "degraded")
          .writeStringProperty("cause", cause)
          .writeEndObject();
    }
    return Response.json(503, json.toString(StandardCharsets.UTF_8));
  }
}
