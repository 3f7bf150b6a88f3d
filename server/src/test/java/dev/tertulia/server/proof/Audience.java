package dev.tertulia.server.proof;

import dev.tertulia.server.testing.RawSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Thousands of clients of the full protocol, each in one room, on one thread: those that read, and
/// those that never do.
final class Audience implements AutoCloseable {
  private static final int SMALLEST = 4 << 10;

  private final int port;
  private final byte[] sign;
  private final Selector selector;
  private final List<SocketChannel> all = new ArrayList<>();
  private final Set<String> reached = ConcurrentHashMap.newKeySet();
  private final Set<String> ended = ConcurrentHashMap.newKeySet();
  private final Thread reader;
  private volatile boolean over;

  /// What was read last of a client, as long as the sign.
  private static final class Seen {
    final String client;
    byte[] last = {};

    Seen(String client) {
      this.client = client;
    }
  }

  /// @param sign what is looked for in what comes
  Audience(int port, String sign) throws IOException {
    this.port = port;
    this.sign = sign.getBytes(StandardCharsets.UTF_8);
    selector = Selector.open();
    reader = Thread.ofPlatform().name("audience").daemon().start(this::read);
  }

  /// Connects a client and lets it join a room.
  ///
  /// @param reads whether it reads what comes after the handshake
  void join(String client, String room, boolean reads) throws IOException {
    SocketChannel socket = connect(client, reads);
    send(socket, "{\"type\":\"hello\",\"rooms\":{\"%s\":null}}".formatted(room));
    if (reads) {
      socket.configureBlocking(false);
      selector.wakeup();
      socket.register(selector, SelectionKey.OP_READ, new Seen(client));
    }
  }

  /// Connects a client and lets it send the begin of a message that never ends.
  void ramble(String client, int bytes) throws IOException {
    byte[] begin = RawSocket.frame(0x01, new byte[bytes]);
    ByteBuffer part = ByteBuffer.wrap(begin, 0, bytes / 2);
    SocketChannel socket = connect(client, true);
    while (part.hasRemaining()) {
      socket.write(part);
    }
  }

  private SocketChannel connect(String client, boolean reads) throws IOException {
    SocketChannel socket = SocketChannel.open();
    if (!reads) {
      socket.setOption(StandardSocketOptions.SO_RCVBUF, SMALLEST);
    }
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    all.add(socket);
    socket.write(
        ByteBuffer.wrap(
            RawSocket.handshake(client + "?v=1", port).getBytes(StandardCharsets.UTF_8)));
    ByteBuffer one = ByteBuffer.allocate(1);
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      if (socket.read(one.clear()) < 0) {
        throw new AssertionError("no handshake: " + head);
      }
      head.append((char) one.get(0));
    }
    if (!head.toString().contains(" 101 ")) {
      throw new AssertionError("no handshake: " + head);
    }
    return socket;
  }

  private static void send(SocketChannel socket, String text) throws IOException {
    socket.write(ByteBuffer.wrap(RawSocket.frame(0x81, text.getBytes(StandardCharsets.UTF_8))));
  }

  private void read() {
    ByteBuffer in = ByteBuffer.allocate(256 << 10);
    try {
      while (!over) {
        selector.select(
            key -> {
              Seen seen = (Seen) key.attachment();
              try {
                int length = ((SocketChannel) key.channel()).read(in.clear());
                if (length < 0) {
                  key.cancel();
                  ended.add(seen.client);
                } else {
                  look(seen, in.flip());
                }
              } catch (IOException reset) {
                key.cancel();
                ended.add(seen.client);
              }
            },
            100);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void look(Seen seen, ByteBuffer in) {
    byte[] text = new byte[seen.last.length + in.remaining()];
    System.arraycopy(seen.last, 0, text, 0, seen.last.length);
    in.get(text, seen.last.length, in.remaining());
    if (!reached.contains(seen.client)
        && new String(text, StandardCharsets.ISO_8859_1)
            .contains(new String(sign, StandardCharsets.ISO_8859_1))) {
      reached.add(seen.client);
    }
    int rest = Math.min(text.length, sign.length);
    seen.last = java.util.Arrays.copyOfRange(text, text.length - rest, text.length);
  }

  /// The number of readers that have seen the sign.
  int reached() {
    return reached.size();
  }

  /// The readers whose connections the server has ended.
  Set<String> ended() {
    return Set.copyOf(ended);
  }

  @Override
  public void close() throws IOException {
    over = true;
    selector.wakeup();
    try {
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (SocketChannel socket : all) {
      socket.close();
    }
    selector.close();
  }
}
