package dev.tertulia.server.api;

import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A client that reads Server-Sent Events as the standard has it: an event that does not end with
/// an empty line is none.
final class Events implements AutoCloseable {
  private final RawSocket socket;
  private final String head;
  private final BufferedReader in;
  private String lastId = "";
  private int comments;
  private long retryMillis;

  /// An event.
  ///
  /// @param id empty if it has none
  record Event(String kind, String data, String id) {
    Json json() {
      return Json.parse(data);
    }
  }

  private Events(RawSocket socket, String request) {
    this.socket = socket;
    socket.send(request);
    head = socket.head();
    try {
      in =
          new BufferedReader(
              new InputStreamReader(socket.socket().getInputStream(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Opens a stream.
  ///
  /// @param query what follows the `?`
  /// @param lastId the `id` of the last event; empty for none
  static Events open(TestServer server, String query, String lastId) {
    return new Events(RawSocket.open(server), request(server, query, lastId));
  }

  /// Opens one on a socket that takes little before it is read from.
  static Events openSlow(TestServer server, String query) {
    return new Events(RawSocket.openWithSmallBuffer(server), request(server, query, ""));
  }

  private static String request(TestServer server, String query, String lastId) {
    return "GET /api/v1/stream?%s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\n%s\r\n"
        .formatted(
            query,
            server.port(),
            lastId.isEmpty() ? "" : "Last-Event-ID: %s\r\n".formatted(lastId));
  }

  String head() {
    return head;
  }

  String lastId() {
    return lastId;
  }

  int comments() {
    return comments;
  }

  /// How long it was last told to wait after a loss, in milliseconds.
  long retryMillis() {
    return retryMillis;
  }

  /// The next event; `null` if the stream has ended.
  @Nullable Event poll() {
    String kind = "message";
    String data = "";
    String id = "";
    try {
      while (true) {
        String line = in.readLine();
        if (line == null) {
          return null;
        } else if (line.isEmpty()) {
          if (!id.isEmpty()) {
            lastId = id;
          }
          if (!data.isEmpty()) {
            return new Event(kind, data, id);
          }
        } else if (line.startsWith("data: ")) {
          data = line.substring(6);
        } else if (line.startsWith("id: ")) {
          id = line.substring(4);
        } else if (line.startsWith("event: ")) {
          kind = line.substring(7);
        } else if (line.startsWith("retry: ")) {
          retryMillis = Long.parseLong(line.substring(7));
        } else if (line.startsWith(":")) {
          comments++;
        } else {
          throw new AssertionError("no line of an event: " + line);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Event next() {
    Event event = poll();
    if (event == null) {
      throw new AssertionError("the stream has ended");
    }
    return event;
  }

  /// The next event that fits.
  Event next(Predicate<Json> fits) {
    Event event = next();
    while (!fits.test(event.json())) {
      event = next();
    }
    return event;
  }

  /// Waits for a comment.
  void awaitComment() {
    try {
      String line = in.readLine();
      while (line != null && !line.startsWith(":")) {
        line = in.readLine();
      }
      if (line == null) {
        throw new AssertionError("the stream has ended");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  RawSocket socket() {
    return socket;
  }

  @Override
  public void close() {
    socket.close();
  }
}
