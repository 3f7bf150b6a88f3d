package dev.tertulia.server.topic;

import io.netty.buffer.ByteBuf;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// One publication on its way to one loop: its bytes in each format that the topic's subscribers
/// use.
///
/// The same object goes to all loops. The receiver of each copy owns one reference to every buffer
/// in it.
///
/// @param frames by [WireFormat#index]; `null` where nobody uses the format, or nothing is said in
///   it
/// @param head the offset of the topic's newest entry then: its own, if it is kept
/// @param kept whether it is an entry of the log
/// @param except those who are not to have it; `null` if all are
record Delivery(
    TopicName topic,
    @Nullable ByteBuf[] frames,
    long head,
    boolean kept,
    @Nullable Predicate<Subscriber> except) {
  Delivery(Publication publication, @Nullable ByteBuf[] frames) {
    this(
        publication.topic(),
        frames,
        publication.head(),
        publication.position() != null,
        publication.except());
  }

  /// Whether it says nothing in any format.
  boolean isSilent() {
    for (ByteBuf frame : frames) {
      if (frame != null) {
        return false;
      }
    }
    return true;
  }

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
