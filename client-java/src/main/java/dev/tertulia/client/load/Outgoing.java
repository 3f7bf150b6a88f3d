package dev.tertulia.client.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.util.List;
import java.util.SplittableRandom;

/// The sending side of one thread, with one buffer for all its connections. Owned by the thread.
///
/// A socket that takes no more keeps what it has not taken, and nothing is added to that but
/// answers to pings, up to a bound; messages that fall due meanwhile are only counted, and made
/// when there is room. They are late then, and count from when they were due.
final class Outgoing {
  private static final int MOST_UNSENT = 1 << 20;
  private static final int TOGETHER = 64 << 10;

  private final LoadPlan plan;
  private final Counters counters;
  private final MeasurementWindow window;
  private final Marker marker;
  private final long origin;
  private final FrameWriter frames;
  private final int longestMessage;
  private ByteBuffer out;

  Outgoing(
      LoadPlan plan,
      RunState runState,
      Counters counters,
      MeasurementWindow window,
      SplittableRandom random) {
    this.plan = plan;
    this.window = window;
    this.counters = counters;
    this.marker = runState.marker();
    this.origin = runState.origin();
    this.frames = new FrameWriter(random);
    this.longestMessage =
        FrameWriter.HEADER + plan.dialogue().message().length(Crowd.LARGEST, plan.dialogue().pad());
    this.out = ByteBuffers.allocate(Math.max(TOGETHER, longestMessage));
  }

  void request(LoadConnection connection) throws IOException, ProtocolException {
    Template request = plan.target(connection.number).request();
    out = ByteBuffers.withRoom(out, request.length(connection.number, 0));
    request.fill(out, connection.number);
    flush(connection);
  }

  void hello(LoadConnection connection) throws IOException, ProtocolException {
    List<Template> hello = plan.dialogue().hello();
    for (Template text : hello) {
      text(connection, text);
    }
  }

  void text(LoadConnection connection, Template text) throws IOException, ProtocolException {
    int length = text.length(connection.number, 0);
    out = ByteBuffers.withRoom(out, FrameWriter.HEADER + length);
    int key = frames.begin(out, FrameWriter.TEXT, length);
    text.fill(out, connection.number);
    frames.end(out, key, length);
    flush(connection);
  }

  /// Sends a control frame with what lies between `from` and `to`.
  void control(LoadConnection connection, int kind, ByteBuffer content, int from, int to)
      throws IOException, ProtocolException {
    out.clear();
    frames.put(out, kind, content, from, to);
    flush(connection);
  }

  void close(LoadConnection connection, int code) throws IOException, ProtocolException {
    out.clear();
    int key = frames.begin(out, FrameWriter.CLOSE, 2);
    out.putShort(Short.reverseBytes((short) code));
    frames.end(out, key, 2);
    flush(connection);
  }

  /// Sends what the connection owes, by a schedule, as far as the socket takes it.
  void owed(LoadConnection connection, Schedule schedule) throws IOException, ProtocolException {
    while (connection.sent < connection.owed && connection.unsent == null) {
      out.clear();
      long now = System.nanoTime();
      do {
        message(connection, schedule.due(connection.sent, connection.number), now);
      } while (connection.sent < connection.owed && out.remaining() >= longestMessage);
      flush(connection);
    }
    connection.heldBack = connection.sent < connection.owed;
  }

  /// Sends what the connection owes in a closed loop, where a message is due when it can be sent.
  void owed(LoadConnection connection, Timetable when) throws IOException, ProtocolException {
    while (connection.sent < connection.owed && connection.unsent == null) {
      out.clear();
      long now = System.nanoTime();
      if (now >= when.until()) {
        return;
      }
      do {
        message(connection, now, now);
      } while (connection.sent < connection.owed && out.remaining() >= longestMessage);
      flush(connection);
    }
  }

  private void message(LoadConnection connection, long due, long now) {
    int pad = plan.dialogue().pad();
    Template message = plan.dialogue().message();
    int length = message.length(connection.number, pad);
    int key = frames.begin(out, FrameWriter.TEXT, length);
    message.fill(out, connection.number, marker, due - origin, pad);
    frames.end(out, key, length);
    connection.sent++;
    if (window.has(due)) {
      counters.sent++;
      connection.sentMeasured++;
      if (connection.heldBack) {
        counters.heldBack++;
      } else if (now - due > counters.lateNanos) {
        counters.lateNanos = now - due;
      }
    }
  }

  /// Goes on when the socket takes more.
  void writable(LoadConnection connection) throws IOException, ProtocolException {
    out.clear();
    flush(connection);
  }

  /// Writes what the connection has not sent yet, and what is in the buffer.
  private void flush(LoadConnection connection) throws IOException, ProtocolException {
    out.flip();
    byte[] before = connection.unsent;
    if (before != null) {
      ByteBuffer both = ByteBuffer.allocate(before.length + out.remaining());
      both.put(before).put(out).flip();
      write(connection, both);
    } else {
      write(connection, out);
    }
  }

  private static void write(LoadConnection connection, ByteBuffer bytes)
      throws IOException, ProtocolException {
    connection.channel.write(bytes);
    if (bytes.hasRemaining()) {
      if (bytes.remaining() > MOST_UNSENT + Dialogue.LONGEST_PAD) {
        throw new ProtocolException("does not read the answers that it asks for");
      }
      byte[] unsent = new byte[bytes.remaining()];
      bytes.get(unsent);
      connection.unsent = unsent;
      connection.key.interestOpsOr(SelectionKey.OP_WRITE);
    } else if (connection.unsent != null) {
      connection.unsent = null;
      connection.key.interestOpsAnd(~SelectionKey.OP_WRITE);
    }
  }
}
