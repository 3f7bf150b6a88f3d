package dev.tertulia.server.connection;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;

/// The frames that wait for the socket of one connection to become writable, bounded in bytes.
/// Owned by the connection's loop.
///
/// Frames leave in the order in which they were accepted. A frame shared by several queues is
/// charged in full to each, and every frame with [#ENTRY_BYTES] more, because many small frames
/// cost more than their bytes. An offer beyond the bound is refused; the connection is then closed
/// with [dev.tertulia.server.model.CloseReason#SLOW_CONSUMER] and its queue is dropped.
final class SendQueue {
  /// The overhead of a frame: the object by which this queue holds it, and its slot. Netty uses a
  /// similar value for channels.
  static final int ENTRY_BYTES = 96;

  private final ArrayDeque<ByteBuf> frames = new ArrayDeque<>(4);
  private final int bound;
  private final SendBudget budget;
  private int bytes;

  /// @param bound the maximum size, in bytes
  /// @param budget the budget of all queues together; only charged here
  SendQueue(int bound, SendBudget budget) {
    this.bound = bound;
    this.budget = budget;
  }

  /// The charged size.
  int bytes() {
    return bytes;
  }

  boolean isEmpty() {
    return frames.isEmpty();
  }

  /// Takes over the reference to `frame` if it fits; otherwise the caller keeps it.
  boolean offer(ByteBuf frame) {
    int size = frame.readableBytes() + ENTRY_BYTES;
    if (size > bound - bytes) {
      return false;
    }
    frames.add(frame);
    bytes += size;
    budget.charge(size);
    return true;
  }

  /// Writes to `wire` while it is writable, without a flush.
  void drainTo(Transport transport) {
    while (!frames.isEmpty() && transport.isWritable()) {
      ByteBuf frame = frames.remove();
      int size = frame.readableBytes() + ENTRY_BYTES;
      bytes -= size;
      budget.giveBack(size);
      transport.write(frame);
    }
  }

  /// Writes the first `count` bytes, whether or not the socket is writable.
  void write(int count, Transport transport) {
    int left = count;
    while (left > 0 && !frames.isEmpty()) {
      ByteBuf frame = frames.element();
      int part = Math.min(left, frame.readableBytes());
      left -= part;
      transport.write(frame.readRetainedSlice(part));
      if (!frame.isReadable()) {
        frames.remove().release();
        bytes -= ENTRY_BYTES;
        budget.giveBack(ENTRY_BYTES);
      }
      bytes -= part;
      budget.giveBack(part);
    }
  }

  /// Drops all frames.
  void drop() {
    frames.forEach(ByteBuf::release);
    frames.clear();
    budget.giveBack(bytes);
    bytes = 0;
  }
}
