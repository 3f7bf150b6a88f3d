package dev.tertulia.server.http.api;

import dev.tertulia.server.http.Call;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.json.JsonText;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Liveness and readiness of the server.
public final class Health {
  private final BooleanSupplier ready;
  private final Supplier<@Nullable String> fault;
  private final Supplier<String> trouble;

  /// @param ready whether the server has started and is not stopping
  /// @param fault why the process must be restarted; `null` for no fault
  /// @param trouble why nothing can be stored at the moment; empty for no trouble
  public Health(BooleanSupplier ready, Supplier<@Nullable String> fault, Supplier<String> trouble) {
    this.ready = ready;
    this.fault = fault;
    this.trouble = trouble;
  }

  Response live(Call call) {
    String cause = fault.get();
    return cause == null ? Response.json(200, "{\"status\":\"up\"}") : bad(call, "down", cause);
  }

  Response ready(Call call) {
    String cause = fault.get();
    if (cause != null) {
      return bad(call, "down", cause);
    }
    if (!ready.getAsBoolean()) {
      return Response.json(503, "{\"status\":\"draining\"}");
    }
    cause = trouble.get();
    return cause.isEmpty()
        ? Response.json(200, "{\"status\":\"ready\"}")
        : bad(call, "degraded", cause);
  }

  /// Strangers are not told the cause.
  private static Response bad(Call call, String status, String cause) {
    byte[] json =
        JsonText.object(out -> {
          out.writeStringProperty("status", status);
          if (call.isOfInsider()) {
            out.writeStringProperty("cause", cause);
          }
        });
    return Response.json(503, json);
  }
}
