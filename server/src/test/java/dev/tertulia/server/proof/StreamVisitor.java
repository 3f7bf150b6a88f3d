package dev.tertulia.server.proof;

import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.TestServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// A client that follows all rooms through a stream of Server-Sent Events, and resumes with the id
/// of the last event it received. Guarded by itself.
final class StreamVisitor {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final String name;
  private final List<String> rooms;
  private final Scribe.Known known;
  private final List<Visit> visits = new ArrayList<>();
  private final List<String> breaches = new ArrayList<>();

  /// By room, where it is now; and where it was before it came.
  private final Map<String, Visit> present = new HashMap<>();

  private final Map<String, String> positions = new HashMap<>();
  private String lastId = "";
  private boolean ended = true;

  StreamVisitor(String name, List<String> rooms, Scribe.Known known) {
    this.name = name;
    this.rooms = rooms;
    this.known = known;
  }

  /// Opens the stream, and reads it until it ends.
  void connect(int port) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:%s/api/v1/stream?client=%s&rooms=%s"
                        .formatted(port, name, String.join(",", rooms))))
            .header("Accept", "text/event-stream");
    synchronized (this) {
      ended = false;
      if (!lastId.isEmpty()) {
        request.header("Last-Event-ID", lastId);
      }
      for (String room : rooms) {
        String given = positions.get(room);
        present.put(room, new Visit(name, room, given, null, known.of(room)));
      }
      visits.addAll(present.values());
    }
    Thread.ofVirtual().name(name).start(() -> listen(request.build()));
  }

  private void listen(HttpRequest request) {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(
                HTTP.send(request, HttpResponse.BodyHandlers.ofInputStream()).body(),
                StandardCharsets.UTF_8))) {
      String id = "";
      String data = "";
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.startsWith("id: ")) {
          id = line.substring(4);
        } else if (line.startsWith("data: ")) {
          data = line.substring(6);
        } else if (line.isEmpty() && !data.isEmpty()) {
          hear(data, id);
          data = "";
        }
      }
    } catch (IOException | InterruptedException e) {
      // The server was killed.
    }
    synchronized (this) {
      ended = true;
      present.clear();
      notifyAll();
    }
  }

  private synchronized void hear(String data, String id) {
    try {
      received(Json.parse(data));
      lastId = id;
    } catch (RuntimeException | AssertionError e) {
      breaches.add(name + ": " + e + " at " + data);
    }
    notifyAll();
  }

  private void received(Json frame) {
    Visit visit = frame.has("room") ? present.get(frame.text("room")) : null;
    if (visit == null) {
      return;
    }
    switch (frame.type()) {
      case "joined" -> visit.joined(frame);
      case "caught_up" -> visit.caughtUp(frame);
      case "chat" -> visit.entry(frame);
      case "error" -> breaches.add(name + ": " + frame.text());
      default -> {
        // Somebody has come or gone.
      }
    }
    if (!visit.last().isEmpty()) {
      positions.put(visit.room, visit.last());
    }
  }

  /// Waits until it has everything up to the newest of what is known.
  void awaitRest() {
    await(
        "the last entry",
        () ->
            ended
                || present.values().stream()
                    .allMatch(visit ->
                        visit.isLive() && Visit.offset(visit.last()) >= known.of(visit.room)));
  }

  void awaitEnd() {
    await("the end", () -> ended);
  }

  synchronized int joins() {
    return visits.size();
  }

  /// Holds all that it saw against the log.
  synchronized void check(ExportedRooms log, List<String> wrong) {
    wrong.addAll(breaches);
    visits.forEach(visit -> wrong.addAll(visit.check(log.room(visit.room))));
  }

  private synchronized void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TestServer.PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError(name + " waited in vain for " + what + ": " + breaches);
      }
      pause(left);
    }
  }

  @SuppressWarnings("WaitNotInLoop") // The caller looks again.
  private void pause(long millis) {
    try {
      wait(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
