package dev.tertulia.server.identity;

import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;

/// A WebSocket that tries to get in, on a plain socket. JSON is written with single quotes.
final class Door implements AutoCloseable {
  private final RawSocket socket;
  private final String head;

  private Door(RawSocket socket, String head) {
    this.socket = socket;
    this.head = head;
  }

  /// Sends a handshake and reads its answer.
  ///
  /// @param path with its query
  /// @param fields more header fields, each with its end of line
  static Door knock(TestServer server, String path, String fields) {
    return knock(server, path, "127.0.0.1:" + server.port(), fields);
  }

  /// The same, of a server that is known by another name.
  ///
  /// @param host its name
  static Door knock(TestServer server, String path, String host, String fields) {
    RawSocket socket = RawSocket.open(server);
    socket.send(
        """
        GET %s HTTP/1.1\r
        Host: %s\r
        Upgrade: websocket\r
        Connection: Upgrade\r
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
        Sec-WebSocket-Version: 13\r
        %s\r
        """
            .formatted(path, host, fields));
    return new Door(socket, socket.head());
  }

  /// The same for the full protocol.
  static Door full(TestServer server, String path) {
    return knock(server, path, "Sec-WebSocket-Protocol: tertulia.1\r\n");
  }

  /// The head of the answer to the handshake.
  String head() {
    return head;
  }

  boolean isOpen() {
    return head.startsWith("HTTP/1.1 101 ");
  }

  void say(String json) {
    socket.sendText(json.replace('\'', '"'));
  }

  /// The next text that comes.
  Json next() {
    RawSocket.Frame frame = socket.read();
    if (frame.opcode() != 1) {
      throw new AssertionError("not a text, but the opcode " + frame.opcode() + " " + frame.text());
    }
    return Json.parse(frame.text());
  }

  /// The next text of a type.
  Json next(String type) {
    Json next = next();
    while (!next.type().equals(type)) {
      next = next();
    }
    return next;
  }

  /// The close frame, which comes before anything else.
  String end() {
    RawSocket.Frame frame = socket.read();
    if (frame.opcode() != 8) {
      throw new AssertionError("not a close frame, but " + frame.text());
    }
    return frame.closeCode() + " " + frame.closeText();
  }

  /// The close frame, whatever comes before.
  String endInTheEnd() {
    RawSocket.Frame frame = socket.read(8);
    return frame.closeCode() + " " + frame.closeText();
  }

  RawSocket socket() {
    return socket;
  }

  @Override
  public void close() {
    socket.close();
  }
}
