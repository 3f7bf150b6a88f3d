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
/// @param stamp of the interest in the topic under which it is handed over
/// @param head the offset of the topic's newest entry then: its own, if it is kept
/// @param position its place in the log; `null` for what is not kept
/// @param except those who are not to have it; `null` if all are
record Delivery(
    TopicName topic,
    @Nullable ByteBuf[] frames,
    long stamp,
    long head,
    @Nullable Position position,
    @Nullable Predicate<Subscriber> except) {
  Delivery(Publication publication, @Nullable ByteBuf[] frames, long stamp) {
    this(
        publication.topic(),
        frames,
        stamp,
        publication.head(),
        publication.position(),
        publication.except());
  }

  /// What it is charged for besides its frames: itself, its place in two lists, and the objects
  /// that hold the frames.
  static final int OWN_BYTES = 256;

  /// What it holds in memory, in bytes.
  int bytes() {
    int bytes = OWN_BYTES;
    for (ByteBuf frame : frames) {
      bytes += frame == null ? 0 : frame.readableBytes();
    }
    return bytes;
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
