package dev.tertulia.server;

import dev.tertulia.server.relay.RelayMessage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sees whether this node writes to a primary of the database that another one has replaced, and
/// that goes on nevertheless: then what is stored here is lost for the others. Any thread.
final class PrimaryWatch {
  private static final Logger log = LoggerFactory.getLogger(PrimaryWatch.class);

  /// For how long what was seen counts.
  private static final long LASTS = TimeUnit.SECONDS.toNanos(15);

  /// Who is at a primary.
  ///
  /// @param timeline of that primary
  /// @param at when it was seen
  private record Seen(String who, long timeline, long at) {}

  private final LongSupplier written;
  private final LongSupplier nanoTime;
  private volatile @Nullable Seen newest;

  /// Guarded by `this`.
  private boolean told;

  /// @param written the timeline of the primary that this node writes to; 0 if it is not known
  PrimaryWatch(LongSupplier written, LongSupplier nanoTime) {
    this.written = written;
    this.nanoTime = nanoTime;
  }

  /// The address of the database leads to that primary now.
  ///
  /// @return whether this node should be there, and is not
  boolean leadsTo(long timeline) {
    seen("the address of the database leads to", timeline);
    long own = written.getAsLong();
    return own != 0 && timeline > own;
  }

  /// Another node says which primary it writes to.
  void received(RelayMessage.Primary message) {
    seen("the node %s uses".formatted(message.origin().node().value()), message.timeline());
  }

  private synchronized void seen(String who, long timeline) {
    Seen known = newest;
    if (known == null || timeline >= known.timeline || isOld(known)) {
      newest = new Seen(who, timeline, nanoTime.getAsLong());
    }
    String trouble = trouble();
    if (!trouble.isEmpty() && !told) {
      log.error(
          "This node {}. Stop the former primary, and have the address of the database lead to the"
              + " newer one: what this node stores meanwhile is lost",
          trouble);
    }
    told = !trouble.isEmpty();
  }

  private boolean isOld(Seen seen) {
    return nanoTime.getAsLong() - seen.at >= LASTS;
  }

  /// What is wrong, in words that follow *this node*; empty for nothing.
  String trouble() {
    Seen known = newest;
    long own = written.getAsLong();
    return known == null || own == 0 || known.timeline <= own || isOld(known)
        ? ""
        : "writes to a former primary of the database (timeline %s): %s a newer one (timeline %s)"
            .formatted(own, known.who, known.timeline);
  }
}
