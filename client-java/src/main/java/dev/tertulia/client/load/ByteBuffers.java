package dev.tertulia.client.load;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Buffers in the form that this package uses: off-heap, so that sockets read and write them
/// without a copy, and in little-endian order.
final class ByteBuffers {
  private ByteBuffers() {}

  static ByteBuffer allocate(int capacity) {
    return ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
  }

  /// `buffer`, emptied, or another if it has less than `capacity`.
  static ByteBuffer withRoom(ByteBuffer buffer, int capacity) {
    return capacity <= buffer.capacity()
        ? buffer.clear()
        : allocate(Math.max(capacity, 2 * buffer.capacity()));
  }
}
