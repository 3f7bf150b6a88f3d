import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;

/// Disconnects a crowd at once, lets it miss messages in its only room, and reconnects it at once,
/// while a few other clients talk in another room. Prints the result as one JSON object. Run by
/// `bench/durable comeback`.
///
/// One thread has the whole crowd, on a selector; each of the other clients has a virtual thread.
/// Arguments: port, clients, messages missed, other clients, messages per second of the others.
final class Comeback {
  private static final String ROOM = "crowd";
  private static final String OTHER_ROOM = "others";
  private static final int AT_ONCE = 512;
  private static final long PATIENCE = 120_000_000_000L;
  private static final byte[] RECOVERED = ascii("\"recovered\":true");
  private static final byte[] OFFSET = ascii("\"offset\":");
  private static final byte[] AFTER = ascii("\"after\":\"");
  private static final byte[] JOINED = ascii("{\"type\":\"joined\"");
  private static final byte[] CHAT = ascii("{\"type\":\"chat\"");

  private final int port;
  private final int size;
  private final Selector selector = Selector.open();
  private final ByteBuffer shared = ByteBuffer.allocate(1 << 20);
  private final List<Member> crowd = new ArrayList<>();
  private final Queue<Member> waiting = new ArrayDeque<>();
  private int dialling;
  private int joined;
  private int complete;
  private int unrecovered;
  private int failed;
  private long head;

  private enum State {
    AWAY,
    DIALLING,
    SHAKING_HANDS,
    THERE
  }

  /// One of the crowd.
  private final class Member {
    private final int number;
    private State state = State.AWAY;
    private SocketChannel channel;
    private byte[] rest = {};
    private String pos;
    private long last;

    private Member(int number) {
      this.number = number;
    }

    private void dial() throws IOException {
      channel = SocketChannel.open();
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      rest = new byte[0];
      state = State.DIALLING;
      dialling++;
      channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      channel.register(selector, SelectionKey.OP_CONNECT, this);
    }

    private void connected(SelectionKey key) throws IOException {
      channel.finishConnect();
      state = State.SHAKING_HANDS;
      key.interestOps(SelectionKey.OP_READ);
      channel.write(ByteBuffer.wrap(ascii(request("member" + number))));
    }

    private void read() throws IOException {
      shared.clear().put(rest);
      int count = channel.read(shared);
      if (count < 0) {
        throw new IOException("closed");
      }
      byte[] bytes = shared.array();
      int at = 0;
      int end = shared.position();
      if (state == State.SHAKING_HANDS) {
        at = find(bytes, 0, end, ascii("\r\n\r\n")) + 4;
        if (at < 4) {
          rest = Arrays.copyOf(bytes, end);
          return;
        }
        if (!new String(bytes, 0, 12, StandardCharsets.US_ASCII).equals("HTTP/1.1 101")) {
          throw new IOException("refused");
        }
        state = State.THERE;
        String after = pos == null ? "null" : "\"" + pos + "\"";
        channel.write(
            ByteBuffer.wrap(
                frame("{\"type\":\"hello\",\"rooms\":{\"%s\":%s}}".formatted(ROOM, after))));
      }
      while (at < end) {
        int start = at + 2;
        long length = end - at < 2 ? Long.MAX_VALUE : bytes[at + 1] & 0x7f;
        if (length == 126) {
          start += 2;
          length = end < start ? Long.MAX_VALUE : shared.getShort(at + 2) & 0xffff;
        } else if (length == 127) {
          start += 8;
          length = end < start ? Long.MAX_VALUE : shared.getLong(at + 2);
        }
        if (length > end - start) {
          break;
        }
        message(bytes, start, start + (int) length);
        at = start + (int) length;
      }
      rest = Arrays.copyOfRange(bytes, at, end);
    }

    private void message(byte[] bytes, int from, int to) {
      boolean join = startsWith(bytes, from, to, JOINED);
      if (!join && !startsWith(bytes, from, to, CHAT)) {
        return;
      }
      if (join) {
        joined++;
        dialling--;
        if (find(bytes, from, to, RECOVERED) < 0) {
          unrecovered++;
        }
        if (pos == null) {
          int after = find(bytes, from, to, AFTER) + AFTER.length;
          int quote = find(bytes, after, to, new byte[] {'"'});
          pos = new String(bytes, after, quote - after, StandardCharsets.US_ASCII);
          last = Long.parseLong(pos.substring(pos.indexOf(':') + 1));
          return;
        }
      }
      boolean before = last >= head;
      int at = find(bytes, from, to, OFFSET);
      while (at >= 0) {
        long offset = 0;
        for (int i = at + OFFSET.length; bytes[i] >= '0' && bytes[i] <= '9'; i++) {
          offset = 10 * offset + bytes[i] - '0';
        }
        if (offset != last + 1) {
          throw new IllegalStateException("offset %d after %d".formatted(offset, last));
        }
        last = offset;
        at = find(bytes, at + 1, to, OFFSET);
      }
      if (!before && last >= head) {
        complete++;
      }
    }
  }

  private Comeback(int port, int size) throws IOException {
    this.port = port;
    this.size = size;
  }

  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(args[0]);
    int missed = Integer.parseInt(args[2]);
    Comeback comeback = new Comeback(port, Integer.parseInt(args[1]));
    try (Talker speaker = new Talker(port, "speaker", ROOM);
        Others others = new Others(port, Integer.parseInt(args[3]), Integer.parseInt(args[4]))) {
      speaker.say("the first");
      comeback.come();
      comeback.cutOff();
      for (int i = 0; i < missed; i++) {
        comeback.head = speaker.say("message %d that the crowd is not there to see".formatted(i));
      }
      others.begin();
      long began = System.nanoTime();
      comeback.joined = 0;
      comeback.unrecovered = 0;
      comeback.come();
      double seconds = (System.nanoTime() - began) / 1e9;
      System.out.printf(
          "{\"clients\":%d,\"missed\":%d,\"complete\":%d,\"unrecovered\":%d,\"failed\":%d,"
              + "\"seconds\":%.3f,%s}%n",
          comeback.size,
          missed,
          comeback.complete,
          comeback.unrecovered,
          comeback.failed,
          seconds,
          others.end());
    }
    System.exit(0);
  }

  /// Connects all, and returns when each has all there is.
  private void come() throws IOException {
    if (crowd.isEmpty()) {
      for (int i = 0; i < size; i++) {
        crowd.add(new Member(i));
      }
    }
    waiting.addAll(crowd);
    boolean first = head == 0;
    long deadline = System.nanoTime() + PATIENCE;
    while ((first ? joined : complete) + failed < size && System.nanoTime() < deadline) {
      while (dialling < AT_ONCE && !waiting.isEmpty()) {
        waiting.remove().dial();
      }
      selector.select(this::ready, 100);
    }
  }

  private void ready(SelectionKey key) {
    Member member = (Member) key.attachment();
    try {
      if (key.isConnectable()) {
        member.connected(key);
      } else {
        member.read();
      }
    } catch (IOException e) {
      System.err.printf("%s of member %d, %s%n", e.getMessage(), member.number, member.state);
      failed++;
      key.cancel();
    }
  }

  /// Resets every connection.
  private void cutOff() throws IOException {
    for (Member member : crowd) {
      member.channel.close();
    }
    selector.selectNow();
  }

  /// Somebody who speaks and listens in one room, on a blocking socket.
  private static final class Talker implements AutoCloseable {
    private final Socket socket;
    private final DataInputStream in;

    private Talker(int port, String name, String room) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setTcpNoDelay(true);
      in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream(), 1 << 16));
      socket.getOutputStream().write(ascii(request(name)));
      readHead(in);
      send("{\"type\":\"hello\",\"rooms\":{\"%s\":null}}".formatted(room));
      while (!next().startsWith("{\"type\":\"joined\"")) {
        // Welcome comes first.
      }
    }

    private void send(String text) throws IOException {
      socket.getOutputStream().write(frame(text));
    }

    /// Says something in the crowd's room, and waits for the reply.
    ///
    /// @return its offset
    private long say(String text) throws IOException {
      send(
          "{\"type\":\"chat\",\"ref\":1,\"room\":\"%s\",\"message\":\"%s\"}".formatted(ROOM, text));
      while (true) {
        String frame = next();
        if (frame.startsWith("{\"type\":\"ok\"")) {
          String tail = frame.substring(frame.indexOf("\"offset\":") + 9);
          return Long.parseLong(tail.substring(0, tail.indexOf(',')));
        }
        if (frame.startsWith("{\"type\":\"error\"")) {
          throw new IOException(frame);
        }
      }
    }

    private String next() throws IOException {
      while (true) {
        int first = in.readUnsignedByte();
        long length = in.readUnsignedByte();
        if (length == 126) {
          length = in.readUnsignedShort();
        } else if (length == 127) {
          length = in.readLong();
        }
        byte[] payload = in.readNBytes((int) length);
        if ((first & 0x0f) == 1) {
          return new String(payload, StandardCharsets.UTF_8);
        }
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  /// Those who talk in another room, and how long that takes.
  private static final class Others implements AutoCloseable {
    private static final byte[] DUE = ascii("due ");

    private final List<Talker> talkers = new ArrayList<>();
    private final CountDownLatch started = new CountDownLatch(1);
    private final List<Thread> listeners = new ArrayList<>();
    private final int[] delays = new int[10_000_000];
    private int count;
    private volatile boolean counting;
    private volatile boolean talking = true;

    private Others(int port, int size, int rate) throws IOException {
      for (int i = 0; i < size; i++) {
        Talker talker = new Talker(port, "other" + i, OTHER_ROOM);
        talkers.add(talker);
        listeners.add(Thread.ofVirtual().start(() -> listen(talker)));
      }
      Thread.ofPlatform().daemon().start(() -> talk(rate));
    }

    private void talk(int rate) {
      long due = System.nanoTime();
      try {
        while (talking) {
          due += 1_000_000_000L / rate;
          long wait = due - System.nanoTime();
          if (wait > 0) {
            java.util.concurrent.locks.LockSupport.parkNanos(wait);
          }
          talkers
              .getFirst()
              .send(
                  "{\"type\":\"chat\",\"room\":\"%s\",\"message\":\"due %d\"}"
                      .formatted(OTHER_ROOM, due));
        }
      } catch (IOException e) {
        System.err.println("others: " + e);
      }
    }

    private void listen(Talker talker) {
      try {
        while (talking) {
          String frame = talker.next();
          int at = frame.indexOf("due ");
          if (at > 0) {
            long due = Long.parseLong(frame.substring(at + DUE.length, frame.indexOf('"', at)));
            arrived((int) ((System.nanoTime() - due) / 1000));
          }
        }
      } catch (IOException e) {
        // It is over.
      }
    }

    private synchronized void arrived(int micros) {
      if (counting && count < delays.length) {
        delays[count++] = micros;
      }
    }

    private void begin() {
      counting = true;
    }

    private synchronized String end() {
      counting = false;
      talking = false;
      Arrays.sort(delays, 0, count);
      int p99 = count == 0 ? 0 : delays[Math.min(count - 1, count * 99 / 100)];
      return "\"others_deliveries\":%d,\"others_p99_ms\":%.1f".formatted(count, p99 / 1000.0);
    }

    @Override
    public void close() throws IOException {
      for (Talker talker : talkers) {
        talker.close();
      }
    }
  }

  private static String request(String name) {
    return """
    GET /ws/%s HTTP/1.1\r
    Host: 127.0.0.1\r
    Upgrade: websocket\r
    Connection: Upgrade\r
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
    Sec-WebSocket-Version: 13\r
    Sec-WebSocket-Protocol: tertulia.1\r
    \r
    """
        .formatted(name);
  }

  private static void readHead(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("handshake failed: " + head);
      }
      head.append((char) next);
    }
    if (!head.toString().startsWith("HTTP/1.1 101")) {
      throw new IOException("handshake failed: " + head);
    }
  }

  /// A text frame, masked with zeros.
  private static byte[] frame(String text) {
    byte[] payload = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer frame = ByteBuffer.allocate(payload.length + 8).put((byte) 0x81);
    if (payload.length < 126) {
      frame.put((byte) (0x80 | payload.length));
    } else {
      frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
    }
    frame.putInt(0).put(payload);
    return Arrays.copyOf(frame.array(), frame.position());
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static boolean startsWith(byte[] bytes, int from, int to, byte[] start) {
    return to - from >= start.length
        && Arrays.equals(bytes, from, from + start.length, start, 0, start.length);
  }

  /// Where `wanted` begins between `from` and `to`; -1 if it doesn't.
  private static int find(byte[] bytes, int from, int to, byte[] wanted) {
    for (int i = from; i <= to - wanted.length; i++) {
      if (bytes[i] == wanted[0]
          && Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
        return i;
      }
    }
    return -1;
  }
}
