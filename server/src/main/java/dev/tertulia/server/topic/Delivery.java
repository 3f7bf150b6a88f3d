package dev.tertulia.server.topic;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// One publication on its way to one loop: its bytes in each format that the topic's subscribers
/// use.
///
/// The same object goes to all loops. The receiver of each copy owns one reference to every buffer
/// in it.
///
/// @param frames by [WireFormat#index]; `null` where nobody uses the format
record Delivery(TopicName topic, @Nullable ByteBuf[] frames) {
  /// Takes `count` more references to every buffer.
  void retain(int count) {
    for (ByteBuf frame : frames) {
      if (frame != null && count > 0) {
        frame.retain(count);
      }
    }
  }

  /// Gives one reference to every buffer back.
  void release() {
    for (ByteBuf frame : frames) {
      if (frame != null) {
        frame.release();
      }
    }
  }
}
