package dev.tertulia.server.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// A port of loopback that leads to another one, which can be replaced: what an operator has as an
/// address that moves to the new primary. It can also hold everything back, as a network does that
/// drops packets: connections stay open, nothing comes through, and what was held back goes on when
/// the network is whole again. Safe for any thread.
public final class SwitchingProxy implements AutoCloseable {
  private final ServerSocket server;
  private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();

  /// Guarded by `this`, as is all below.
  private int target;

  private boolean cut;
  private boolean closed;
  private long delay;

  /// @param target the port that it leads to at first
  public SwitchingProxy(int target) {
    this.target = target;
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  public int port() {
    return server.getLocalPort();
  }

  /// Leads new connections to another port. Those that are open stay where they are.
  public synchronized void leadTo(int other) {
    target = other;
  }

  /// Holds everything back from now on, or no longer.
  public synchronized void cut(boolean now) {
    cut = now;
    notifyAll();
  }

  /// Delays what is sent to the target by so many milliseconds, packet by packet.
  public synchronized void delay(long millis) {
    delay = millis;
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        sockets.add(client);
        Thread.ofVirtual().start(() -> connect(client));
      }
    } catch (IOException e) {
      // It is closed.
    }
  }

  private void connect(Socket client) {
    try {
      Socket target = new Socket(InetAddress.getLoopbackAddress(), awaitWay(/* slow= */ false));
      target.setTcpNoDelay(true);
      client.setTcpNoDelay(true);
      sockets.add(target);
      Thread.ofVirtual().start(() -> pump(target, client, /* slow= */ false));
      pump(client, target, /* slow= */ true);
    } catch (IOException e) {
      close(client);
    }
  }

  /// Waits until something may come through.
  ///
  /// @return where to
  private synchronized int awaitWay(boolean slow) throws IOException {
    try {
      if (slow && delay > 0) {
        long until = System.nanoTime() + delay * 1_000_000;
        for (long left = delay; left > 0 && !closed; ) {
          wait(left);
          left = (until - System.nanoTime()) / 1_000_000;
        }
      }
      while (cut && !closed) {
        wait();
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    if (closed) {
      throw new IOException("it is closed");
    }
    return target;
  }

  private void pump(Socket from, Socket to, boolean slow) {
    byte[] buffer = new byte[64 << 10];
    try (from;
        to) {
      int read = from.getInputStream().read(buffer);
      while (read >= 0) {
        awaitWay(slow);
        to.getOutputStream().write(buffer, 0, read);
        read = from.getInputStream().read(buffer);
      }
      awaitWay(/* slow= */ false);
    } catch (IOException e) {
      // One side has closed.
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is gone.
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    sockets.forEach(SwitchingProxy::close);
  }
}
