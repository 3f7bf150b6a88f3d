package dev.tertulia.server.relay.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/// Stands before a Redis, and can keep from subscribers what they are told, while their connections
/// stay open and everything else is answered.
final class MutingProxy implements AutoCloseable {
  private final ServerSocket server;
  private final int port;
  private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
  private volatile boolean mute;

  /// @param port of the Redis
  MutingProxy(int port) {
    this.port = port;
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  String address() {
    return "redis://127.0.0.1:" + server.getLocalPort();
  }

  void mute(boolean now) {
    mute = now;
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        Socket redis = new Socket(InetAddress.getLoopbackAddress(), port);
        sockets.add(client);
        sockets.add(redis);
        AtomicBoolean subscribes = new AtomicBoolean();
        Thread.ofVirtual().start(() -> pump(client, redis, subscribes, /* commands= */ true));
        Thread.ofVirtual().start(() -> pump(redis, client, subscribes, /* commands= */ false));
      }
    } catch (IOException e) {
      // It is closed.
    }
  }

  private void pump(Socket from, Socket to, AtomicBoolean subscribes, boolean commands) {
    byte[] buffer = new byte[64 << 10];
    try (from;
        to) {
      int read = from.getInputStream().read(buffer);
      while (read >= 0) {
        if (commands && new String(buffer, 0, read, ISO_8859_1).contains("SUBSCRIBE")) {
          subscribes.set(true);
        }
        if (commands || !mute || !subscribes.get()) {
          to.getOutputStream().write(buffer, 0, read);
        }
        read = from.getInputStream().read(buffer);
      }
    } catch (IOException e) {
      // One side has closed.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
