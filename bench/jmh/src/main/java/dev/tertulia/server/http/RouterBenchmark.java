package dev.tertulia.server.http;

import dev.tertulia.server.audit.AuditLog;
import dev.tertulia.server.auth.Action;
import dev.tertulia.server.auth.Authentication;
import dev.tertulia.server.auth.Memberships;
import dev.tertulia.server.auth.Peer;
import dev.tertulia.server.auth.Permissions;
import dev.tertulia.server.auth.RoomPolicy;
import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.RoomName;
import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What it costs, once a request, to find its route in a table like that of `Routes`.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RouterBenchmark {
  private static final Response DONE = Response.empty(204, Map.of());

  private static final class PublicRooms implements RoomPolicy {
    @Override
    public Kind kind(RoomName room) {
      return Kind.PUBLIC;
    }

    @Override
    public boolean isModerator(RoomName room, ClientId client) {
      return false;
    }
  }

  private final Router router =
      new Router(
          Stream.of(
                  "GET /",
                  "GET /static/**",
                  "GET /docs",
                  "GET /openapi.yaml",
                  "GET /health/live",
                  "GET /health/ready",
                  "GET /api/v1/rooms",
                  "POST /api/v1/rooms/{room}/messages",
                  "GET /api/v1/rooms/{room}/messages",
                  "GET /api/v1/rooms/{room}/presence",
                  "GET /api/v1/rooms/{room}/members",
                  "PUT /api/v1/rooms/{room}/members/{client}",
                  "DELETE /api/v1/rooms/{room}/members/{client}",
                  "POST /api/v1/clients/{client}/notifications",
                  "GET /api/v1/clients/{client}/notifications",
                  "POST /api/v1/notifications",
                  "GET /api/v1/notifications/{id}",
                  "DELETE /api/v1/notifications/{id}",
                  "POST /api/v1/broadcasts",
                  "GET /api/v1/stream",
                  "GET /api/v1/connections",
                  "GET /api/v1/clients/{client}",
                  "DELETE /api/v1/clients/{client}/connections",
                  "GET /api/v1/stats")
              .map(line -> line.split(" ", -1))
              .map(line -> new Route(line[0], line[1], Action.General.NOTHING, call -> DONE))
              .toList(),
          Language.EN,
          100,
          new Permissions(
              new PublicRooms(),
              new Memberships((room, client) -> false, client -> Runnable::run),
              Language.EN),
          AuditLog.off(),
          new HttpMeters(new Meters()),
          EngineGuard.ofNoProcess());

  private final Request send = request("POST", "/api/v1/rooms/lobby/messages");
  private final Request notify = request("POST", "/api/v1/clients/ana/notifications");
  private final Request last = request("GET", "/api/v1/stats");

  private static Request request(String method, String path) {
    return new Request(
        method,
        path,
        "",
        name -> null,
        new byte[0],
        Peer.at(InetAddress.getLoopbackAddress()),
        new Authentication.Open());
  }

  /// A message for a room.
  @Benchmark
  public Object send() {
    return router.answer(send);
  }

  /// A notification for one client.
  @Benchmark
  public Object notifyOne() {
    return router.answer(notify);
  }

  /// The last of the table.
  @Benchmark
  public Object last() {
    return router.answer(last);
  }
}
