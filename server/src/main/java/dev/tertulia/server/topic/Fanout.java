package dev.tertulia.server.topic;

import dev.tertulia.server.engine.EngineGuard;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
///
/// # Failure
///
/// What can't be put into bytes or handed over is reported to the [EngineGuard]. It was stored, and
/// perhaps its sender has been told so: hence everybody who subscribes to its topic is told with
/// [Subscriber#missed], and begins again from the log. Other topics and loops get what is theirs.
/// Nothing is thrown at the journal.
public final class Fanout {
  /// The most loops that a server may have: what fits the bits of a `long`.
  public static final int MAX_LOOPS = 64;

  /// The most formats that there may be.
  public static final int MAX_FORMATS = 8;

  /// A journal hands over what it has encoded once that is so much, in bytes.
  static final int PART_BYTES = 1 << 20;

  private final List<WireFormat> formats;
  private final long backlogBytes;
  private final EngineGuard guard;
  private final Interest interest = new Interest();
  private final List<LoopTopics> loops = new ArrayList<>();

  /// One without a bound on what waits.
  ///
  /// @param formats each at the place that its index names
  public Fanout(List<WireFormat> formats) {
    this(formats, Long.MAX_VALUE, EngineGuard.ofNoProcess());
  }

  /// @param formats each at the place that its index names
  /// @param backlogBytes what may wait at one loop before a journal waits for it
  /// @param guard takes what comes out of work that fails
  public Fanout(List<WireFormat> formats, long backlogBytes, EngineGuard guard) {
    if (formats.size() > MAX_FORMATS) {
      throw new IllegalArgumentException("more than " + MAX_FORMATS + " formats");
    }
    this.formats = List.copyOf(formats);
    this.backlogBytes = backlogBytes;
    this.guard = guard;
  }

  /// Adds the next loop, and says what is called on it whenever something waits to be distributed
  /// at the end of its turn.
  public LoopTopics addLoop(Loop loop, Runnable flush) {
    LoopTopics topics = addLoop(loop);
    topics.onGathered(flush);
    return topics;
  }

  /// Adds the next loop. All are added before there is anybody who publishes.
  public LoopTopics addLoop(Loop loop) {
    if (loop.index() != loops.size() || loop.index() >= MAX_LOOPS) {
      throw new IllegalArgumentException("loop " + loop.index() + " is out of order");
    }
    LoopTopics topics =
        new LoopTopics(loop, interest, formats.size(), new LoopBacklog(backlogBytes), guard);
    loops.add(topics);
    return topics;
  }

  /// Hands a batch to the loops. Safe for several threads at a time, as long as all that is of one
  /// topic comes from one: each journal has a thread of its own, and each topic a journal. Waits
  /// while more than its bound waits at a loop, so it is not for a loop's thread.
  public void publish(List<Publication> batch) {
    Set<TopicName> missed = new HashSet<>(0);
    try {
      publish(batch, missed);
    } catch (Throwable failure) {
      guard.caught("the fan-out", failure);
      batch.forEach(publication -> missed.add(publication.topic()));
    }
    for (TopicName topic : missed) {
      for (long left = interest.of(topic).loops(); left != 0; left &= left - 1) {
        loops.get(Long.numberOfTrailingZeros(left)).handMissed(topic);
      }
    }
  }

  /// @param missed takes the topics of which something that is kept can't be put into bytes: of
  ///   these, nothing more is handed over
  private void publish(List<Publication> batch, Set<TopicName> missed) {
    List<List<Delivery>> byLoop = new ArrayList<>(loops.size());
    for (int i = 0; i < loops.size(); i++) {
      byLoop.add(new ArrayList<>());
    }
    awaitRoom();
    int bytes = 0;
    for (Publication publication : batch) {
      Interest.Use use = interest.of(publication.topic());
      if (use.loops() == 0 || missed.contains(publication.topic())) {
        continue;
      }
      try {
        Delivery delivery = encode(publication, use);
        if (!delivery.isSilent()) {
          delivery.retain(Long.bitCount(use.loops()) - 1);
          for (long left = use.loops(); left != 0; left &= left - 1) {
            byLoop.get(Long.numberOfTrailingZeros(left)).add(delivery);
          }
          bytes += delivery.bytes();
        }
      } catch (Throwable failure) {
        guard.caught("encoding a publication", failure);
        // A signal is best effort, and leaves no gap.
        if (publication.position() != null) {
          missed.add(publication.topic());
        }
      }
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
    try {
      for (int left = use.formats(); left != 0; left &= left - 1) {
        int format = Integer.numberOfTrailingZeros(left);
        frames[format] = formats.get(format).encode(publication, frames);
      }
    } catch (Throwable failure) {
      for (ByteBuf frame : frames) {
        if (frame != null) {
          frame.release();
        }
      }
      throw failure;
    }
    return new Delivery(publication, frames, use.stamp());
  }
}
