package dev.tertulia.server.testing;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// Stands between a client and PostgreSQL, and counts how often the client asks for an answer: each
/// is a round trip.
public final class RoundTrips implements AutoCloseable {
  private static final int STARTUP = 196_608;

  private final ServerSocket door;
  private final URI server;
  private final AtomicInteger count = new AtomicInteger();
  private final List<Socket> open = new CopyOnWriteArrayList<>();

  /// @param url of a database, as in [Postgres#newDatabase]
  public RoundTrips(String url) throws IOException {
    server = URI.create(url);
    door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  /// The address of the same database through this.
  public String url() {
    return server.toString().replace(":" + server.getPort() + "/", ":" + door.getLocalPort() + "/");
  }

  /// How many there were since it was asked the last time.
  public int take() {
    return count.getAndSet(0);
  }

  private void accept() {
    try {
      while (true) {
        Socket client = door.accept();
        Socket behind = new Socket(server.getHost(), server.getPort());
        client.setTcpNoDelay(true);
        behind.setTcpNoDelay(true);
        open.add(client);
        open.add(behind);
        Thread.ofVirtual().start(() -> forward(client, behind));
        Thread.ofVirtual().start(() -> back(behind, client));
      }
    } catch (IOException closed) {
      // That is its end.
    }
  }

  /// Passes on message by message, those of the beginning, which have no type, first.
  private void forward(Socket from, Socket to) {
    try (from;
        to;
        DataInputStream in = new DataInputStream(new BufferedInputStream(from.getInputStream()));
        OutputStream out = new BufferedOutputStream(to.getOutputStream())) {
      int code;
      do {
        int length = in.readInt();
        byte[] rest = in.readNBytes(length - Integer.BYTES);
        code = ByteBuffer.wrap(rest).getInt();
        write(out, length, rest);
        out.flush();
      } while (code != STARTUP);
      while (true) {
        int type = in.readUnsignedByte();
        int length = in.readInt();
        byte[] rest = in.readNBytes(length - Integer.BYTES);
        // The driver sends a BEGIN in front of the next statement, and does not wait.
        boolean begins = new String(rest, StandardCharsets.UTF_8).startsWith("BEGIN");
        if (type == 'S' || (type == 'Q' && !begins)) {
          count.incrementAndGet();
        }
        out.write(type);
        write(out, length, rest);
        if (in.available() == 0) {
          out.flush();
        }
      }
    } catch (IOException closed) {
      // Both ends are closed with it.
    }
  }

  private static void write(OutputStream out, int length, byte[] rest) throws IOException {
    out.write(ByteBuffer.allocate(Integer.BYTES).putInt(length).array());
    out.write(rest);
  }

  private static void back(Socket from, Socket to) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException closed) {
      // As above.
    }
  }

  @Override
  public void close() {
    try {
      door.close();
      for (Socket each : open) {
        each.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
