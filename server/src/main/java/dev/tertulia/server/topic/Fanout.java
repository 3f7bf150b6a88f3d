package dev.tertulia.server.topic;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.topic.LoopTopics.Backlog;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Distributes publications from the journals to the loops, and so to all subscribers.
///
/// A publication is encoded once for each format in use, regardless of the number of subscribers,
/// and handed once to each loop with a subscriber, together with the rest of its batch.
/// Publications arrive at every loop in the order in which they were handed over.
///
/// The backlog of each loop is bounded in bytes. Beyond the bound a journal waits before it encodes
/// more, see [Backlog]; a large batch is handed over in parts, so that the bound is not exceeded by
/// much.
///
/// # Failure
///
/// A publication that can't be encoded or handed over is reported to the [EngineGuard]. It has been
/// stored, and its sender may have been told so; therefore all subscribers of its topic are told
/// with [Subscriber#missed] and start over from the log. Other topics and loops are not affected.
/// Nothing is thrown at the journal.
public final class Fanout {
  /// The maximum number of loops: one bit of a `long` each.
  public static final int MAX_LOOPS = 64;

  /// The maximum number of formats: one bit of an `int` each.
  public static final int MAX_FORMATS = 32;

  /// The size of a part of a batch that a journal hands over at once, in bytes.
  static final int PART_BYTES = 1 << 20;

  private final List<WireFormat> formats;
  private final long backlogBytes;
  private final Meters meters;
  private final EngineGuard guard;
  private final Interest interest = new Interest();
  private final List<LoopTopics> loops = new ArrayList<>();

  /// Creates a fan-out without a bound on the backlog.
  ///
  /// @param formats the formats, each at its index
  public Fanout(List<WireFormat> formats) {
    this(formats, Long.MAX_VALUE, new Meters(), EngineGuard.ofNoProcess());
  }

  /// @param formats the formats, each at its index
  /// @param backlogBytes the backlog of a loop above which a journal waits for it
  /// @param guard receives failures
  public Fanout(List<WireFormat> formats, long backlogBytes, Meters meters, EngineGuard guard) {
    if (formats.size() > MAX_FORMATS) {
      throw new IllegalArgumentException("more than " + MAX_FORMATS + " formats");
    }
    for (int i = 0; i < formats.size(); i++) {
      if (formats.get(i).index() != i) {
        throw new IllegalArgumentException("format " + formats.get(i).index() + " is at " + i);
      }
    }
    this.formats = List.copyOf(formats);
    this.backlogBytes = backlogBytes;
    this.meters = meters;
    this.guard = guard;
  }

  /// Sets who is told which topics have subscribers, before the first subscription.
  public void tellInterest(InterestListener listener) {
    interest.listener = listener;
  }

  /// Adds the next loop; `flush` is called on it whenever publications wait to be distributed at
  /// the end of its turn.
  public LoopTopics addLoop(Loop loop, Runnable flush) {
    LoopTopics topics = addLoop(loop);
    topics.onGathered(flush);
    return topics;
  }

  /// Adds the next loop. All loops must be added before anything is published.
  public LoopTopics addLoop(Loop loop) {
    if (loop.index() != loops.size() || loop.index() >= MAX_LOOPS) {
      throw new IllegalArgumentException("loop " + loop.index() + " is out of order");
    }
    LoopTopics topics =
        new LoopTopics(
            loop,
            interest,
            formats.size(),
            new Backlog(backlogBytes),
            new DeliveryMeters(meters),
            guard);
    loops.add(topics);
    return topics;
  }

  /// Hands a batch to the loops. Safe for concurrent threads as long as all publications of one
  /// topic come from the same thread: each journal has its own thread, and each topic its journal.
  /// Blocks while the backlog of a loop exceeds its bound, so it must not be called on a loop.
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

  /// @param missed receives the topics with a stored publication that can't be encoded; nothing
  ///   further of these is handed over
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
        // A signal is best effort, so its loss is not a gap.
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

  /// Tells the subscribers of `topic` that its log has lost its end: entries that were handed over
  /// no longer exist, and new ones follow. Called on the thread of the journal, in the order of the
  /// batches.
  public void rolledBack(TopicName topic) {
    for (long left = interest.of(topic).loops(); left != 0; left &= left - 1) {
      loops.get(Long.numberOfTrailingZeros(left)).handRolledBack(topic);
    }
  }

  /// The size of the backlogs of all loops, in bytes.
  public long backlogBytes() {
    return loops.stream().mapToLong(LoopTopics::backlogBytes).sum();
  }

  /// The number of topics with a subscriber.
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

  /// A publication on its way to one loop, encoded in each format that subscribers of the topic
  /// use.
  ///
  /// All loops receive the same object. The receiver of each copy owns one reference to every
  /// buffer in it.
  ///
  /// @param frames the encoded publication by [WireFormat#index]; `null` for formats that nobody
  ///   uses or that skip this kind of entry
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
      @Nullable Exclusion except) {
    Delivery(Publication publication, @Nullable ByteBuf[] frames, long stamp) {
      this(
          publication.topic(),
          frames,
          stamp,
          publication.head(),
          publication.position(),
          publication.except());
    }

    /// Its memory besides the frames, in bytes: the object, its entries in two lists, and the
    /// buffer objects.
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

  /// Tracks which loops have subscribers to a topic, and which formats they use, for all topics.
  ///
  /// A loop registers its first subscriber and removes its last; the threads of the journals query.
  /// A format stays registered until the last subscriber of the topic leaves, so a publication may
  /// be encoded unnecessarily, but is never missed.
  static final class Interest {
    /// @param loops a bit for each loop
    /// @param formats a bit for each format
    /// @param stamp the stamp of the newest registration for the topic; stamps increase
    record Use(long loops, int formats, long stamp) {}

    private static final Use NONE = new Use(0, 0, 0);

    private final AtomicLong stamps = new AtomicLong();

    private volatile InterestListener listener = InterestListener.NONE;

    private final ConcurrentHashMap<TopicName, Use> byTopic = new ConcurrentHashMap<>();

    /// The current use of `topic`. Any thread.
    Use of(TopicName topic) {
      return byTopic.getOrDefault(topic, NONE);
    }

    /// Registers a subscriber of `loop` that uses `format`. Later queries see it.
    ///
    /// @return the stamp of this registration: everything handed over with this stamp or a greater
    ///   one goes to `loop` in `format`
    long add(TopicName topic, int loop, int format) {
      return byTopic.compute(
              topic,
              (name, known) -> {
                Use old = known == null ? NONE : known;
                if (known == null) {
                  listener.wanted(topic);
                }
                return new Use(
                    old.loops | 1L << loop, old.formats | 1 << format, stamps.incrementAndGet());
              })
          .stamp;
    }

    /// Records that `loop` has no subscribers left.
    void remove(TopicName topic, int loop) {
      byTopic.computeIfPresent(
          topic,
          (name, use) -> {
            long left = use.loops & ~(1L << loop);
            if (left == 0) {
              listener.unwanted(topic);
              return null;
            }
            return new Use(left, use.formats, use.stamp);
          });
    }

    /// See [InterestListener#opened].
    CompletableFuture<?> opened(TopicName topic) {
      return listener.opened(topic);
    }

    /// The number of topics with a subscriber.
    int topics() {
      return byTopic.size();
    }
  }
}
