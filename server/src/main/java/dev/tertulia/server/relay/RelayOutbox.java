package dev.tertulia.server.relay;

import dev.tertulia.server.topic.TopicName;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// What a relay has accepted and not yet sent, bounded in bytes. Any thread adds; the sender takes.
///
/// Every frame carries the number of the link that it is for: the receivers' [RelayInbox] drops
/// what arrives of an earlier one, and so does this what was queued at its end.
public final class RelayOutbox {
  /// How long the sender waits for something to send before it looks around.
  private static final long POLL_MILLIS = 20;

  /// A message on its way.
  ///
  /// @param topic that it is about; `null` if it is for every node
  /// @param bytes the number of the link, and the encoded message
  public record Frame(@Nullable TopicName topic, byte[] bytes) {}

  private final ByteBoundedQueue<Frame> frames;
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong unsent = new AtomicLong();

  /// The number of the current link, or of the last one. Written by [#begin].
  private final AtomicLong link = new AtomicLong();

  private volatile boolean connected;

  /// @param bound the most bytes of all frames
  public RelayOutbox(long bound) {
    frames = new ByteBoundedQueue<>(bound);
  }

  /// A link begins: from now on messages are accepted.
  public void begin() {
    link.incrementAndGet();
    connected = true;
  }

  /// Whether there is a link.
  public boolean isConnected() {
    return connected;
  }

  /// Accepts a message, or counts it as not sent. Never blocks.
  public Relay.Sent offer(RelayMessage message) {
    if (connected) {
      byte[] bytes = RelayCodec.encode(message);
      if (bytes.length <= RelayCodec.MOST_BYTES) {
        byte[] frame =
            ByteBuffer.allocate(Long.BYTES + bytes.length).putLong(link.get()).put(bytes).array();
        if (frames.offer(new Frame(message.topic(), frame), frame.length)) {
          return Relay.Sent.QUEUED;
        }
      }
    }
    unsent.incrementAndGet();
    return Relay.Sent.DROPPED;
  }

  /// Takes what is queued for this link, and waits a moment if nothing is. For the sender.
  ///
  /// @param most how many frames at most
  /// @param mostBytes how many bytes at most, which the last frame may exceed
  public void drainTo(List<Frame> batch, int most, int mostBytes) throws InterruptedException {
    Frame next = frames.poll(POLL_MILLIS);
    long bytes = 0;
    while (next != null) {
      if (ByteBuffer.wrap(next.bytes()).getLong() == link.get()) {
        batch.add(next);
        bytes += next.bytes().length;
      } else {
        unsent.incrementAndGet();
      }
      next = batch.size() < most && bytes < mostBytes ? frames.poll() : null;
    }
  }

  /// Frames that were taken have been sent.
  public void sent(int count) {
    sent.addAndGet(count);
  }

  /// Frames that were taken have not been sent.
  public void unsent(int count) {
    unsent.addAndGet(count);
  }

  /// How many frames have been sent.
  public long sent() {
    return sent.get();
  }

  /// How many messages have been dropped.
  public long unsent() {
    return unsent.get();
  }

  /// How much is queued, in bytes.
  public long bytes() {
    return frames.bytes();
  }

  /// A link has ended, or an attempt to begin one: what waits for it is dropped.
  public void end() {
    connected = false;
    while (frames.poll() != null) {
      unsent.incrementAndGet();
    }
  }
}
