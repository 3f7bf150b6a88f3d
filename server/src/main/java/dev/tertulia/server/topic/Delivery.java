package dev.tertulia.server.topic;

import io.netty.buffer.ByteBuf;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A publication on its way to one loop, encoded in each format that subscribers of the topic use.
///
/// All loops receive the same object. The receiver of each copy owns one reference to every buffer
/// in it.
///
/// @param frames the encoded publication by [WireFormat#index]; `null` for formats that nobody uses
///   or that skip this kind of entry
/// @param stamp the stamp of the interest in the topic with which it is handed over
/// @param head the offset of the newest entry of the topic at that time: its own offset, if it is
///   stored
/// @param position its position in the log; `null` for signals
/// @param except the subscribers that must not receive it; `null` for none
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

  /// Its memory besides the frames, in bytes: the object, its entries in two lists, and the buffer
  /// objects.
  static final int OWN_BYTES = 256;

  /// The memory it holds, in bytes.
  int bytes() {
    int bytes = OWN_BYTES;
    for (ByteBuf frame : frames) {
      bytes += frame == null ? 0 : frame.readableBytes();
    }
    return bytes;
  }

  /// Whether no format encodes it.
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

  /// Releases one reference to every buffer.
  void release() {
    for (ByteBuf frame : frames) {
      if (frame != null) {
        frame.release();
      }
    }
  }
}
