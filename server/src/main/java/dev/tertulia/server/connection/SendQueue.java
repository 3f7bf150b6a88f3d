package dev.tertulia.server.connection;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;

/// What waits to be written to one connection because its socket takes no more at present, bounded
/// in bytes. Owned by the connection's loop.
///
/// Frames leave in the order in which they were accepted. A frame that many queues share is charged
/// in full to each, and every frame with [#ENTRY_BYTES] more, because many small ones cost what
/// holds them rather than their bytes. An offer past the bound is refused; the connection is then
/// closed with [dev.tertulia.server.protocol.CloseReason#SLOW_CONSUMER] and what waits is dropped.
final class SendQueue {
  /// What a frame costs besides its bytes: the object by which this queue holds it, and its place.
  /// Netty reckons as much for what waits in a channel.
  static final int ENTRY_BYTES = 96;

  private final ArrayDeque<ByteBuf> frames = new ArrayDeque<>(4);
  private final int bound;
  private final SendBudget budget;
  private int bytes;

  /// @param bound the most that may wait, in bytes
  /// @param budget what may wait in all queues together; only charged here
  SendQueue(int bound, SendBudget budget) {
    this.bound = bound;
    this.budget = budget;
  }

  /// How much waits, as it is charged.
  int bytes() {
    return bytes;
  }

  boolean isEmpty() {
    return frames.isEmpty();
  }

  /// Takes over the reference to `frame` if it fits, else leaves it with the caller.
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

  /// Writes to `wire` for as long as it takes more, without a flush.
  void drainTo(Wire wire) {
    while (!frames.isEmpty() && wire.isWritable()) {
      ByteBuf frame = frames.remove();
      int size = frame.readableBytes() + ENTRY_BYTES;
      bytes -= size;
      budget.giveBack(size);
      wire.write(frame);
    }
  }

  /// Forgets everything.
  void drop() {
    frames.forEach(ByteBuf::release);
    frames.clear();
    budget.giveBack(bytes);
    bytes = 0;
  }
}
