package dev.tertulia.server;

import dev.tertulia.server.relay.RelayMessage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Knows which primary of the database is the newest that was seen, and whether this node is at one
/// that another has replaced: one that goes on nevertheless, where what is stored would be lost for
/// the others, or one that answers no more. Any thread.
final class PrimaryWatch {
  private static final Logger log = LoggerFactory.getLogger(PrimaryWatch.class);

  /// For how long what was seen counts.
  private static final long LASTS = TimeUnit.SECONDS.toNanos(15);

  /// Who is at a primary.
  ///
  /// @param timeline of that primary
  /// @param at when it was seen
  private record Seen(String who, long timeline, long at) {}

  /// From one look at the servers to the next.
  private static final long PAUSE = TimeUnit.SECONDS.toNanos(5);

  /// The same, if there is something wrong.
  private static final long SHORT_PAUSE = TimeUnit.SECONDS.toNanos(1);

  /// A database that has not answered for this long is looked at.
  private static final long SILENCE = TimeUnit.SECONDS.toNanos(2);

  private final LongSupplier written;
  private final LongSupplier nanoTime;
  private volatile @Nullable Seen newest;
  private volatile long answeredAt;

  /// Guarded by `this`.
  private long lookedAt;

  /// Since when something is wrong, which is over soon if the address leads to the newest; 0 if
  /// nothing is. Guarded by `this`, as the next.
  private long troubledAt;

  private boolean told;

  /// @param written the timeline of the primary that this node writes to; 0 if it is not known
  PrimaryWatch(LongSupplier written, LongSupplier nanoTime) {
    this.written = written;
    this.nanoTime = nanoTime;
    answeredAt = nanoTime.getAsLong();
    lookedAt = answeredAt;
  }

  /// The database has answered, which it is asked to every second.
  void answered() {
    answeredAt = nanoTime.getAsLong();
  }

  /// Whether it is time to look at the servers of the database. If so, the next time is later.
  synchronized boolean isLookDue() {
    long now = nanoTime.getAsLong();
    boolean calm = now - answeredAt < SILENCE && trouble().isEmpty();
    boolean due = now - lookedAt >= (calm ? PAUSE : SHORT_PAUSE);
    if (due) {
      lookedAt = now;
    }
    return due;
  }

  /// The newest timeline that was seen; 0 if none was for a while.
  long newest() {
    Seen known = newest;
    return known == null || isOld(known) ? 0 : known.timeline;
  }

  /// The address of the database leads to that primary now, among others if it names several.
  void leadsTo(long timeline) {
    seen("the address of the database leads to", timeline);
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
    if (trouble.isEmpty()) {
      troubledAt = 0;
      told = false;
      return;
    }
    if (troubledAt == 0) {
      troubledAt = Math.max(1, nanoTime.getAsLong());
    }
    if (!told && nanoTime.getAsLong() - troubledAt >= PAUSE) {
      told = true;
      log.error(
          "This node {}, and stores nothing. Stop the former primary, and have the address of the"
              + " database lead to the newer one; the node continues by itself",
          trouble);
    }
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
        : "would write to a former primary of the database (timeline %s): %s a newer one (timeline %s)"
            .formatted(own, known.who, known.timeline);
  }
}
