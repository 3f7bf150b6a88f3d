package dev.tertulia.client.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The receiving side of one thread, with one buffer for all its connections. Owned by the thread.
/// Data is examined in place, and the clock is read once per read.
final class Arrivals implements FrameReader.Receiver {
  private static final int AT_ONCE = 256 << 10;
  private static final int NORMAL = 1000;
  private static final int LOWEST_CODE = 1000;
  private static final int NO_CODE = 1005;

  private final LoadPlan plan;
  private final Counters counters;
  private final MeasurementWindow window;
  private final Outgoing outgoing;
  private final Endings endings;
  private final Marker marker;
  private final long origin;
  private final FrameReader frames = new FrameReader();
  private final byte[] ready;
  private final List<Dialogue.Answer> answers;
  private final byte[][] answered;
  private ByteBuffer in = ByteBuffers.allocate(AT_ONCE);

  private @Nullable Timetable when;

  /// Of the read that is being looked at.
  private LoadConnection connection;

  private long now;

  /// How many of the connection's own messages it has brought back.
  private int own;

  @SuppressWarnings("NullAway") // No message is looked at but in a read, which sets the connection.
  Arrivals(
      LoadPlan plan,
      RunState runState,
      Counters counters,
      MeasurementWindow window,
      Outgoing outgoing,
      Endings endings) {
    this.plan = plan;
    this.window = window;
    this.counters = counters;
    this.outgoing = outgoing;
    this.endings = endings;
    this.marker = runState.marker();
    this.origin = runState.origin();
    this.ready = plan.dialogue().ready().getBytes(StandardCharsets.UTF_8);
    this.answers = plan.dialogue().answers();
    this.answered = answers.stream().map(Dialogue.Answer::bytes).toArray(byte[][]::new);
    this.connection = null;
  }

  /// From now on senders send.
  void begin(Timetable timetable) {
    when = timetable;
  }

  /// Reads what has come.
  void read(LoadConnection of) throws IOException, ProtocolException {
    connection = of;
    boolean filled;
    do {
      in.clear();
      of.putRest(in);
      int got = of.channel.read(in);
      if (got <= 0) {
        if (got < 0) {
          ended(of);
        }
        return;
      }
      now = System.nanoTime();
      own = 0;
      int to = in.position();
      filled = to == in.capacity();
      int start = of.state == LoadConnection.State.SHAKING_HANDS ? handshake(of, to, false) : 0;
      if (start >= 0) {
        int done = frames.read(in, start, to, of.fragments, this);
        if (of.state == LoadConnection.State.GONE) {
          return;
        }
        of.keepRest(in, done, to);
        if (filled && done == 0) {
          int room = FrameReader.length(in, 0, to) + AT_ONCE;
          in = ByteBuffers.withRoom(in, Math.max(room, in.capacity()));
        }
      }
      if (own > 0 && when != null) {
        of.owed += own;
        outgoing.owed(of, when);
      }
    } while (filled && of.key.isValid() && of.state != LoadConnection.State.SLOW);
  }

  private void ended(LoadConnection of) {
    if (of.state == LoadConnection.State.SHAKING_HANDS) {
      in.limit(in.position());
      if (Handshake.read(in, in.position(), true) instanceof Handshake.Refused(String why)) {
        endings.end(of, why);
        return;
      }
    }
    endings.end(of, "ended without a close frame");
  }

  /// @return where the first frame begins, or -1 if there is no WebSocket yet
  private int handshake(LoadConnection of, int to, boolean last)
      throws IOException, ProtocolException {
    return switch (Handshake.read(in, to, last)) {
      case Handshake.Incomplete() -> {
        of.keepRest(in, 0, to);
        yield -1;
      }
      case Handshake.Refused(String why) -> {
        endings.end(of, why);
        yield -1;
      }
      case Handshake.Accepted(int end) -> {
        of.state = LoadConnection.State.GREETING;
        outgoing.hello(of);
        if (ready.length == 0) {
          ready();
        }
        yield end;
      }
    };
  }

  private void ready() {
    counters.ready++;
    counters.tookToConnect(now - connection.began);
    counters.lastReady = now;
    if (plan.crowd().isSlow(connection.number)) {
      connection.state = LoadConnection.State.SLOW;
      connection.key.interestOpsAnd(~SelectionKey.OP_READ);
    } else {
      connection.state = LoadConnection.State.READY;
      connection.counts = true;
    }
  }

  @Override
  public void message(ByteBuffer bytes, int start, int end) throws IOException, ProtocolException {
    LoadConnection of = connection;
    if (of.state != LoadConnection.State.READY) {
      if (of.state != LoadConnection.State.GREETING) {
        return;
      }
      if (contains(bytes, start, end, ready)) {
        ready();
      }
    }
    for (int i = 0; i < answered.length; i++) {
      if (hasLine(bytes, start, end, answered[i])) {
        outgoing.text(of, answers.get(i).reply());
      }
    }
    int name = of.name;
    for (int at = marker.find(bytes, start, end);
        at >= 0;
        at = marker.find(bytes, at + Marker.LENGTH, end)) {
      long due = origin + Marker.due(bytes, at);
      counters.arrived++;
      if (window.has(due)) {
        counters.received++;
        of.received++;
        counters.took(now - due);
      }
      if (name != 0 && Marker.isFrom(bytes, at, name)) {
        own++;
      }
    }
  }

  @Override
  public void ping(ByteBuffer bytes, int start, int end) throws IOException, ProtocolException {
    outgoing.control(connection, FrameWriter.PONG, bytes, start, end);
  }

  @Override
  public void close(int code, ByteBuffer bytes, int start, int end)
      throws IOException, ProtocolException {
    byte[] reason = new byte[end - start];
    bytes.get(start, reason);
    if (connection.state != LoadConnection.State.LEAVING) {
      outgoing.close(connection, code < LOWEST_CODE || code == NO_CODE ? NORMAL : code);
    }
    String words = new String(reason, StandardCharsets.UTF_8);
    endings.end(connection, ("closed by the server with " + code + " " + words).strip());
  }

  private static boolean contains(ByteBuffer bytes, int start, int end, byte[] text) {
    for (int at = start; at <= end - text.length; at++) {
      if (isAt(bytes, at, text)) {
        return true;
      }
    }
    return false;
  }

  /// Whether a line of the message is `text`.
  private static boolean hasLine(ByteBuffer bytes, int start, int end, byte[] text) {
    int line = start;
    while (end - line >= text.length) {
      int after = line + text.length;
      if (isAt(bytes, line, text) && (after == end || bytes.get(after) == '\n')) {
        return true;
      }
      while (line < end && bytes.get(line) != '\n') {
        line++;
      }
      line++;
    }
    return false;
  }

  private static boolean isAt(ByteBuffer bytes, int at, byte[] text) {
    for (int i = 0; i < text.length; i++) {
      if (bytes.get(at + i) != text[i]) {
        return false;
      }
    }
    return true;
  }
}
