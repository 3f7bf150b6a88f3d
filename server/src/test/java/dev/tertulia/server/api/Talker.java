package dev.tertulia.server.api;

import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import java.util.function.Predicate;

/// A connection of the full protocol that sends given requests and waits for expected replies.
final class Talker implements AutoCloseable {
  private final RawSocket socket;

  private Talker(RawSocket socket) {
    this.socket = socket;
  }

  /// Connects as `client`, and says hello.
  static Talker connect(TestServer server, String client) {
    return connectOn(server, client, "device");
  }

  /// Connects a device of `client`, and says hello.
  static Talker connectOn(TestServer server, String client, String device) {
    Talker talker = new Talker(RawSocket.webSocket(server, client + "?v=1"));
    talker.say("{\"type\":\"hello\",\"ref\":\"hello\",\"device\":\"%s\"}".formatted(device));
    talker.next(frame -> frame.type().equals("welcome"));
    return talker;
  }

  void say(String json) {
    socket.sendText(json);
  }

  /// Says something with a `ref`, and waits for the reply.
  Json ask(String json) {
    say("{\"ref\":\"asked\"," + json.substring(1));
    return next(frame -> frame.fields().get("ref") instanceof String ref && ref.equals("asked"));
  }

  /// The next frame.
  Json next() {
    return Json.parse(socket.read(1).text());
  }

  /// The next frame that fits; those before it are forgotten.
  Json next(Predicate<Json> fits) {
    Json frame = next();
    while (!fits.test(frame)) {
      frame = next();
    }
    return frame;
  }

  /// The code of the close frame.
  int closeCode() {
    return socket.read(8).closeCode();
  }

  @Override
  public void close() {
    socket.close();
  }
}
