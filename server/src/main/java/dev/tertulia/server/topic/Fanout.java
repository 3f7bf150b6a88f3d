package dev.tertulia.server.topic;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Brings publications from the journal to the loops, and so to every subscriber.
///
/// A publication is encoded once for each format in use, however many subscribe, and handed to each
/// loop that has a subscriber once, together with all others of its batch. What is handed over in
/// one order arrives at every loop in that order.
///
/// What waits at a loop is bounded in bytes. Past that a journal waits before it encodes more, as
/// [LoopBacklog] says; it hands over a large batch in parts, so that it can't go far past the
/// bound.
public final class Fanout {
  /// The most loops that a server may have: what fits the bits of a `long`.
  public static final int MAX_LOOPS = 64;

  /// The most formats that there may be.
  public static final int MAX_FORMATS = 8;

  /// A journal hands over what it has encoded once that is so much, in bytes.
  static final int PART_BYTES = 1 << 20;

  private final List<WireFormat> formats;
  private final long backlogBytes;
  private final Interest interest = new Interest();
  private final List<LoopTopics> loops = new ArrayList<>();

  /// One without a bound on what waits.
  ///
  /// @param formats each at the place that its index names
  public Fanout(List<WireFormat> formats) {
    this(formats, Long.MAX_VALUE);
  }

  /// @param formats each at the place that its index names
  /// @param backlogBytes what may wait at one loop before a journal waits for it
  public Fanout(List<WireFormat> formats, long backlogBytes) {
    if (formats.size() > MAX_FORMATS) {
      throw new IllegalArgumentException("more than " + MAX_FORMATS + " formats");
    }
    this.formats = List.copyOf(formats);
    this.backlogBytes = backlogBytes;
  }

  /// Adds the next loop. All are added before the first publication.
  ///
  /// @param flush called on the loop whenever something waits to be distributed at the end of its
  ///   turn
  public LoopTopics addLoop(Loop loop, Runnable flush) {
    if (loop.index() != loops.size() || loop.index() >= MAX_LOOPS) {
      throw new IllegalArgumentException("loop " + loop.index() + " is out of turn");
    }
    LoopTopics topics =
        new LoopTopics(loop, interest, formats.size(), new LoopBacklog(backlogBytes), flush);
    loops.add(topics);
    return topics;
  }

  /// Hands a batch to the loops. Safe for several threads at a time, as long as all that is of one
  /// topic comes from one: each journal has a thread of its own, and each topic a journal. Waits
  /// while more than its bound waits at a loop, so it is not for a loop's thread.
  public void publish(List<Publication> batch) {
    List<List<Delivery>> byLoop = new ArrayList<>(loops.size());
    for (int i = 0; i < loops.size(); i++) {
      byLoop.add(new ArrayList<>());
    }
    awaitRoom();
    int bytes = 0;
    for (Publication publication : batch) {
      Interest.Use use = interest.of(publication.topic());
      if (use.loops() == 0) {
        continue;
      }
      Delivery delivery = encode(publication, use);
      if (delivery.isSilent()) {
        continue;
      }
      delivery.retain(Long.bitCount(use.loops()) - 1);
      for (long left = use.loops(); left != 0; left &= left - 1) {
        byLoop.get(Long.numberOfTrailingZeros(left)).add(delivery);
      }
      bytes += delivery.bytes();
      if (bytes >= PART_BYTES) {
        hand(byLoop);
        bytes = 0;
        awaitRoom();
      }
    }
    hand(byLoop);
  }

  private void awaitRoom() {
    for (LoopTopics loop : loops) {
      loop.awaitRoom();
    }
  }

  private void hand(List<List<Delivery>> byLoop) {
    for (int i = 0; i < loops.size(); i++) {
      if (!byLoop.get(i).isEmpty()) {
        loops.get(i).hand(byLoop.set(i, new ArrayList<>()));
      }
    }
  }

  /// Tells the subscribers of `topic` that its log has lost its end under them: entries that were
  /// handed over are there no more, and what comes next begins anew. The journal's thread, in the
  /// order of the batches.
  public void rolledBack(TopicName topic) {
    for (long left = interest.of(topic).loops(); left != 0; left &= left - 1) {
      loops.get(Long.numberOfTrailingZeros(left)).handRolledBack(topic);
    }
  }

  /// How many topics have a subscriber.
  public int subscribedTopics() {
    return interest.topics();
  }

  private Delivery encode(Publication publication, Interest.Use use) {
    @Nullable ByteBuf[] frames = new ByteBuf[formats.size()];
    for (int left = use.formats(); left != 0; left &= left - 1) {
      int format = Integer.numberOfTrailingZeros(left);
      frames[format] = formats.get(format).encode(publication, frames);
    }
    return new Delivery(publication, frames, use.stamp());
  }
}
