package dev.tertulia.server.http.admin;

import dev.tertulia.server.auth.Action;
import dev.tertulia.server.http.Call;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.http.Route;
import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.protocol.Field;
import dev.tertulia.server.protocol.Field.Name;
import dev.tertulia.server.protocol.Fields;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import tools.jackson.core.JsonGenerator;

/// Routes that show how the server is: now, and in the last hour.
public final class OverviewRoutes {
  /// The maximum number of slow connections listed.
  private static final int MOST_SLOW = 20;

  private static final Field<Long> AFTER = Field.integer(Name.AFTER, 0, Long.MAX_VALUE);

  private final Overview overview;
  private final SampleRing samples;
  private final LongSupplier unixMillis;

  /// @param unixMillis the clock
  public OverviewRoutes(Overview overview, SampleRing samples, LongSupplier unixMillis) {
    this.overview = overview;
    this.samples = samples;
    this.unixMillis = unixMillis;
  }

  /// All of them.
  public List<Route> all() {
    return List.of(
        new Route("GET", "/api/v1/admin/overview", Action.General.ADMINISTER, this::now),
        new Route("GET", "/api/v1/admin/samples", Action.General.ADMINISTER, this::lastHour));
  }

  private Response now(Call call) {
    Fields in = call.fields(List.of());
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    Overview.Health health = overview.health().get();
    Optional<Instant> expiry = overview.certificateExpiry().get();
    List<Overview.Slow> slowest = overview.slowest().apply(MOST_SLOW);
    return Response.json(
        200,
        JsonText.object(out -> {
          out.writeNumberProperty("time", unixMillis.getAsLong())
              .writeStringProperty("version", overview.version())
              .writeNumberProperty("started", overview.started())
              .writeStringProperty("transport", overview.transport())
              .writeNumberProperty("event_loops", overview.eventLoops())
              .writeObjectPropertyStart("health")
              .writeStringProperty("status", health.status());
          if (!health.cause().isEmpty()) {
            out.writeStringProperty("cause", health.cause());
          }
          out.writeEndObject();
          expiry.ifPresent(
              time -> out.writeNumberProperty("certificate_expires", time.toEpochMilli()));
          out.writeObjectPropertyStart("now");
          for (Gauge gauge : Gauge.values()) {
            out.writeNumberProperty(gauge.wireName(), overview.gauges().read(gauge));
          }
          out.writeEndObject().writeObjectPropertyStart("most");
          new TreeMap<>(overview.bounds().get())
              .forEach((gauge, most) -> out.writeNumberProperty(gauge.wireName(), most));
          out.writeEndObject().writeObjectPropertyStart("limits");
          new TreeMap<>(overview.refused().get()).forEach(out::writeNumberProperty);
          out.writeEndObject().writeArrayPropertyStart("slowest");
          slowest.forEach(slow -> write(slow, out));
          out.writeEndArray();
        }));
  }

  private static void write(Overview.Slow slow, JsonGenerator out) {
    out.writeStartObject().writeStringProperty("client", slow.client());
    if (!slow.name().isEmpty()) {
      out.writeStringProperty("connection", slow.name());
    }
    out.writeStringProperty("protocol", slow.speaks())
        .writeNumberProperty("open_for", slow.age().toMillis())
        .writeNumberProperty("waiting_bytes", slow.waitingBytes())
        .writeEndObject();
  }

  private Response lastHour(Call call) {
    Fields in = call.fields(List.of(AFTER));
    Long after = in.get(AFTER);
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    List<long[]> found = samples.after(after == null ? 0 : after);
    return Response.json(
        200,
        JsonText.object(out -> {
          out.writeNumberProperty("period", SampleRing.PERIOD.toMillis())
              .writeArrayPropertyStart("columns")
              .writeString("time");
          for (Gauge gauge : Gauge.values()) {
            out.writeString(gauge.wireName());
          }
          out.writeEndArray().writeArrayPropertyStart("samples");
          for (long[] sample : found) {
            out.writeStartArray();
            for (long number : sample) {
              out.writeNumber(number);
            }
            out.writeEndArray();
          }
          out.writeEndArray();
        }));
  }
}
