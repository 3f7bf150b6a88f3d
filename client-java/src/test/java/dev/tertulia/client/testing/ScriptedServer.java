package dev.tertulia.client.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A WebSocket server on a free port of loopback, with one virtual thread a connection. What it
/// does is up to its [Script]. What a client does wrong is kept in [#complaints].
public final class ScriptedServer implements AutoCloseable {
  private final ServerSocket listening;
  private final Script script;
  private final List<Peer> peers = new CopyOnWriteArrayList<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();

  /// What the server does.
  public interface Script {
    /// Answers the handshake; by default as the RFC says.
    default void asked(Peer by, String request) throws IOException {
      by.write(ScriptedServer.accept(request).getBytes(StandardCharsets.ISO_8859_1));
    }

    /// A connection has become a WebSocket.
    default void opened(Peer peer) throws IOException {}

    /// A client has said something.
    void said(Peer from, String text) throws IOException;

    /// A client has answered a ping.
    default void ponged(Peer from, String payload) {}
  }

  private ScriptedServer(Script script) throws IOException {
    this.script = script;
    this.listening = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  public static ScriptedServer start(Script script) {
    try {
      return new ScriptedServer(script);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// One that passes whatever is said on to everybody.
  public static ScriptedServer fanningOut() {
    ScriptedServer[] self = new ScriptedServer[1];
    self[0] = start((_, text) -> self[0].toAll(text));
    return self[0];
  }

  public String url() {
    return "ws://127.0.0.1:" + port() + "/c#";
  }

  public int port() {
    return listening.getLocalPort();
  }

  public List<Peer> peers() {
    return peers;
  }

  /// What clients did that they must not.
  public List<String> complaints() {
    return complaints;
  }

  /// Says it to everybody who is there; those who are about to go may not hear it.
  public void toAll(String text) {
    for (Peer peer : peers) {
      try {
        peer.send(text);
      } catch (IOException _) {
        // It has gone.
      }
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listening.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException _) {
      // The test is over.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      Peer peer = new Peer(socket, script, complaints);
      String request = peer.readRequest();
      script.asked(peer, request);
      if (!request.contains("Sec-WebSocket-Key")) {
        return;
      }
      peers.add(peer);
      script.opened(peer);
      peer.readFrames();
      peers.remove(peer);
    } catch (IOException _) {
      // The client has gone, or the test is over.
    }
  }

  /// The answer that makes a WebSocket of what asked `request`.
  public static String accept(String request) {
    String key = request.replaceAll("(?s).*Sec-WebSocket-Key: (\\S+).*", "$1");
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1")
              .digest(
                  (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
                      .getBytes(StandardCharsets.US_ASCII));
      return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Accept: "
          + Base64.getEncoder().encodeToString(digest)
          + "\r\n\r\n";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    try {
      listening.close();
      for (Peer peer : peers) {
        peer.cut();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
