package dev.tertulia.server.http.api;

import dev.tertulia.server.engine.Lifecycle;
import dev.tertulia.server.http.Call;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Liveness and readiness of the server.
public final class Health {
  private static final String DOWN = "down";
  private static final String READY = "ready";

  /// The `Retry-After` of what is not served while the server starts.
  private static final String RETRY_SECONDS = "2";

  private final Lifecycle lifecycle;
  private final Supplier<@Nullable String> fault;
  private final Supplier<String> trouble;
  private final Supplier<String> standby;

  /// @param fault why the process must be restarted; `null` for no fault
  /// @param trouble why nothing can be stored at the moment; empty for no trouble
  /// @param standby whether what is confirmed is on a standby too; empty if there can be none
  public Health(
      Lifecycle lifecycle,
      Supplier<@Nullable String> fault,
      Supplier<String> trouble,
      Supplier<String> standby) {
    this.standby = standby;
    this.lifecycle = lifecycle;
    this.fault = fault;
    this.trouble = trouble;
  }

  /// What is known of the health of the server.
  ///
  /// @param status as a response says it
  /// @param cause why it is not ready; empty if there is nothing to say
  public record State(String status, String cause) {}

  /// The current state. Any thread; never blocks.
  public State state() {
    String down = fault.get();
    if (down != null) {
      return new State(DOWN, down);
    }
    Lifecycle.State state = lifecycle.state();
    return switch (state.phase()) {
      case STARTING -> new State("starting", state.progress());
      case DRAINING, STOPPING -> new State("draining", state.progress());
      case READY -> {
        String degraded = trouble.get();
        yield degraded.isEmpty() ? new State(READY, "") : new State("degraded", degraded);
      }
    };
  }

  Response live(Call call) {
    return live(call.isOfInsider());
  }

  Response ready(Call call) {
    return ready(call.isOfInsider());
  }

  /// Whether the process can go on.
  ///
  /// @param insider whether the cause may be told; strangers are not told it
  public Response live(boolean insider) {
    String cause = fault.get();
    return cause == null ? Response.json(200, "{\"status\":\"up\"}") : bad(insider, DOWN, cause);
  }

  /// Whether clients are to be sent here.
  ///
  /// @param insider whether the cause may be told; strangers are not told it
  public Response ready(boolean insider) {
    State state = state();
    String awaited = insider ? standby.get() : "";
    return state.status().equals(READY)
        ? Response.json(
            200,
            JsonText.object(out -> {
              out.writeStringProperty("status", READY);
              if (!awaited.isEmpty()) {
                out.writeStringProperty("standby", awaited);
              }
            }))
        : bad(insider, state.status(), state.cause());
  }

  /// The answer to any request while the server starts: health, and a refusal to the rest.
  ///
  /// @param path may have something before it
  /// @param insider whether causes may be told; strangers are not told them
  public Response whileStarting(String path, boolean insider, Language language) {
    if (path.endsWith("/health/live")) {
      return live(insider);
    }
    if (path.endsWith("/health/ready")) {
      return ready(insider);
    }
    String message = ApiMessages.of(language).starting();
    return Response.problem(new Refusal(ErrorCode.UNAVAILABLE, message))
        .with("Retry-After", RETRY_SECONDS);
  }

  private static Response bad(boolean insider, String status, String cause) {
    byte[] json =
        JsonText.object(out -> {
          out.writeStringProperty("status", status);
          if (insider && !cause.isEmpty()) {
            out.writeStringProperty("cause", cause);
          }
        });
    return Response.json(503, json);
  }
}
