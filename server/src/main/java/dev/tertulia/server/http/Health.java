package dev.tertulia.server.http;

import java.util.function.BooleanSupplier;

/// Whether the process lives, and whether it should be sent requests.
public final class Health {
  private final BooleanSupplier ready;

  /// @param ready whether the server has started and is not about to stop
  public Health(BooleanSupplier ready) {
    this.ready = ready;
  }

  Response live() {
    return Response.json(200, "{\"status\":\"up\"}");
  }

  Response ready() {
    return ready.getAsBoolean()
        ? Response.json(200, "{\"status\":\"ready\"}")
        : Response.json(503, "{\"status\":\"draining\"}");
  }
}
