package dev.tertulia.server.http.admin;

import dev.tertulia.server.auth.Action;
import dev.tertulia.server.http.Call;
import dev.tertulia.server.http.LineSource;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.http.Route;
import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.protocol.Fields;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;

/// The route by which the operator has a running server drain and end. The response is lines of
/// JSON, one whenever the progress has changed, and a last one when all connections are closed; the
/// server ends after it. The server also ends if the client goes away.
///
/// A request while the server drains shows the progress again.
public final class DrainRoute {
  /// From one look at the progress to the next.
  private static final Duration LOOK = Duration.ofMillis(50);

  /// After how many looks there is a line in any case, so that proxies keep the connection.
  private static final int MOST_SILENT_LOOKS = 40;

  private final BooleanSupplier begin;
  private final Progress progress;
  private final AdminMessages messages;

  /// The stages of a drain, in their order.
  public enum Stage {
    /// It was not begun, or begins at this moment.
    WAITING,
    /// Everyone is still served.
    GRACE,
    /// Connections are closed.
    CLOSING,
    /// All are closed.
    DRAINED
  }

  /// How far a drain is.
  ///
  /// @param closed the number of connections that were closed
  /// @param connections the number of connections that were open at the beginning of the stage
  public record Status(Stage stage, int closed, int connections) {}

  /// Tells how far the drain of a server is.
  public interface Progress {
    Status status();
  }

  /// @param begin begins the drain unless it has begun; returns `false` if this process does not
  ///   end with its server, so that somebody else must end the server
  public DrainRoute(BooleanSupplier begin, Progress progress, Language language) {
    this.begin = begin;
    this.progress = progress;
    messages = AdminMessages.of(language);
  }

  /// The only one, as a list.
  public List<Route> all() {
    return List.of(
        new Route("POST", "/api/v1/admin/drain", Action.General.ADMINISTER, this::drain));
  }

  private Response drain(Call call) {
    Fields in = call.fields(List.of());
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    return begin.getAsBoolean()
        ? Response.lines(this::writeTo)
        : Response.problem(new Refusal(ErrorCode.UNAVAILABLE, messages.notDrainable()));
  }

  private void writeTo(LineSource.Output out) throws IOException, InterruptedException {
    Status shown = progress.status();
    out.line(line(shown));
    int looks = 0;
    while (shown.stage() != Stage.DRAINED) {
      Thread.sleep(LOOK);
      Status now = progress.status();
      if (!now.equals(shown) || ++looks == MOST_SILENT_LOOKS) {
        looks = 0;
        shown = now;
        out.line(line(now));
      }
    }
  }

  private static byte[] line(Status status) {
    return JsonText.object(out -> {
      if (status.stage() == Stage.DRAINED) {
        out.writeStringProperty("type", "drained");
      } else {
        out.writeStringProperty("type", "progress")
            .writeStringProperty("what", status.stage().name().toLowerCase(Locale.ROOT));
      }
      out.writeNumberProperty("done", status.closed())
          .writeNumberProperty("total", status.connections());
    });
  }
}
