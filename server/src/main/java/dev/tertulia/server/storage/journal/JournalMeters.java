package dev.tertulia.server.storage.journal;

import dev.tertulia.server.metrics.Buckets;
import dev.tertulia.server.metrics.Histogram;
import dev.tertulia.server.metrics.Label;
import dev.tertulia.server.metrics.LocalCounter;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.metrics.Metric;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.topic.Draft;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// What one journal measures. For the thread of the journal, unless stated otherwise.
public final class JournalMeters {
  private static final Label JOURNAL =
      new Label(
          "journal",
          3,
          "`durable`, `memory` for what is kept until the server stops, or `signals` for what is"
              + " not stored");
  private static final Metric COMMITTED =
      Metric.histogram(
          "tertulia_publish_commit_seconds",
          Buckets.TIMES,
          "The time from the acceptance of a message or notification to its commit",
          JOURNAL);
  private static final Metric HANDED_OVER =
      Metric.histogram(
          "tertulia_publish_handover_seconds",
          Buckets.TIMES,
          "The time from the acceptance of a message or notification until it was handed to the"
              + " event loops of its subscribers",
          JOURNAL);
  private static final Metric COMMIT =
      Metric.histogram(
          "tertulia_journal_commit_seconds",
          Buckets.TIMES,
          "The time that the database takes to commit",
          JOURNAL);
  private static final Metric BATCH =
      Metric.histogram(
          "tertulia_journal_batch_size",
          Buckets.COUNTS,
          "The number of operations that were written together",
          JOURNAL);
  private static final Metric QUEUE =
      Metric.gauge("tertulia_journal_queue_size", "Operations that wait for a journal", JOURNAL);
  private static final Metric MOST_QUEUE =
      Metric.gauge(
          "tertulia_journal_queue_limit",
          "The bound of `tertulia_journal_queue_size`, beyond which publishing is refused",
          JOURNAL);
  private static final Metric QUEUE_BYTES =
      Metric.gauge(
          "tertulia_journal_queue_bytes", "The size of the texts that wait for a journal", JOURNAL);
  private static final Metric MOST_QUEUE_BYTES =
      Metric.gauge(
          "tertulia_journal_queue_limit_bytes",
          "The bound of `tertulia_journal_queue_bytes`, beyond which publishing is refused",
          JOURNAL);
  private static final Metric OPERATIONS =
      Metric.counter(
          "tertulia_journal_operations_total",
          "Operations that a journal has taken, refused ones included",
          JOURNAL,
          new Label(
              "kind",
              Kind.values().length,
              "`message`, `amendment` (edits, deletions, reactions), `notification`, `inbox_read`,"
                  + " `revocation`, `signal`, `read_marker`, `membership`, `seen` (a client has"
                  + " connected), `acknowledged` and `shown` (a device has a notification, or has"
                  + " shown it), `records` (keys, revoked tokens)"));
  private static final Metric REMOVED =
      Metric.counter(
          "tertulia_retention_removed_total",
          "Entries that were removed because of their retention",
          JOURNAL);
  private static final Metric ROOMS =
      Metric.gauge(
          "tertulia_rooms_stored",
          "Rooms with stored entries, as they were counted last; `NaN` until they have been"
              + " counted after the start",
          JOURNAL);
  private static final Metric INBOXES =
      Metric.gauge(
          "tertulia_inboxes",
          "Clients with an inbox, as they were counted last; `NaN` until they have been counted"
              + " after the start",
          JOURNAL);

  private enum Kind {
    MESSAGE,
    AMENDMENT,
    NOTIFICATION,
    INBOX_READ,
    REVOCATION,
    SIGNAL,
    READ_MARKER,
    MEMBERSHIP,
    SEEN,
    ACKNOWLEDGED,
    SHOWN,
    RECORDS;

    static @Nullable Kind of(Draft draft) {
      return switch (draft) {
        case Draft.Append append ->
            switch (append.entry()) {
              case Entry.Chat chat -> MESSAGE;
              case Entry.Amendment amendment -> AMENDMENT;
              case Entry.Notification notification -> NOTIFICATION;
              case Entry.InboxRead read -> INBOX_READ;
              case Entry.Revocation revocation -> REVOCATION;
              case Entry.Unreadable unreadable -> null;
            };
        case Draft.Signal signal -> SIGNAL;
        case Draft.Mark mark -> READ_MARKER;
        case Draft.Membership change -> MEMBERSHIP;
        case Draft.Seen seen -> SEEN;
        case Draft.Acked acked -> ACKNOWLEDGED;
        case Draft.Shown shown -> SHOWN;
        case Draft.Records records -> RECORDS;
      };
    }
  }

  private final Meters meters;
  private final String journal;
  private final Histogram untilCommit;
  private final Histogram untilHandOver;
  private final Histogram commit;
  private final Histogram batch;
  private final Map<Kind, LocalCounter> operations = new EnumMap<>(Kind.class);
  private final LocalCounter removed;

  /// What the database holds; negative until that is known. Read by any thread.
  private final AtomicLong rooms = new AtomicLong(-1);

  private final AtomicLong inboxes = new AtomicLong(-1);

  /// When each draft of the current batch was accepted.
  private long[] accepted = new long[64];

  /// @param journal its name
  public JournalMeters(Meters meters, String journal) {
    this.meters = meters;
    this.journal = journal;
    untilCommit = meters.histogram(COMMITTED, journal);
    untilHandOver = meters.histogram(HANDED_OVER, journal);
    commit = meters.histogram(COMMIT, journal);
    batch = meters.histogram(BATCH, journal);
    for (Kind kind : Kind.values()) {
      operations.put(kind, meters.local(OPERATIONS, journal, kind.name().toLowerCase(Locale.ROOT)));
    }
    removed = meters.local(REMOVED, journal);
  }

  /// Those of a journal that nobody looks at.
  public static JournalMeters ofNoMeters() {
    return new JournalMeters(new Meters(), "durable");
  }

  /// Adds what is measured of the queue.
  ///
  /// @param bytes the size of its texts
  void addQueue(DraftQueue queue, LongSupplier bytes, int most, long mostBytes) {
    meters.gauge(QUEUE, queue::size, journal);
    meters.gauge(MOST_QUEUE, () -> most, journal);
    meters.gauge(QUEUE_BYTES, bytes::getAsLong, journal);
    meters.gauge(MOST_QUEUE_BYTES, () -> mostBytes, journal);
  }

  /// Adds what is known of the database. Not for journals that store nothing.
  void addDatabase() {
    meters.gauge(ROOMS, () -> known(rooms), journal);
    meters.gauge(INBOXES, () -> known(inboxes), journal);
  }

  private static double known(AtomicLong count) {
    long now = count.getOpaque();
    return now < 0 ? Double.NaN : now;
  }

  /// Takes note of when a draft of the current batch was accepted.
  ///
  /// @param index its place in the batch
  void accepted(int index, long time) {
    if (index == accepted.length) {
      accepted = Arrays.copyOf(accepted, index * 2);
    }
    accepted[index] = time;
  }

  /// A commit took so long.
  void committed(long nanos) {
    commit.record(nanos);
  }

  /// The database holds so much. What is negative is not known, and stays as it was.
  void holds(long roomsNow, long inboxesNow) {
    if (roomsNow >= 0) {
      rooms.setOpaque(roomsNow);
    }
    if (inboxesNow >= 0) {
      inboxes.setOpaque(inboxesNow);
    }
  }

  /// A reader found that the database holds so much; the writer may know better already. Any
  /// thread.
  void counted(long roomsFound, long inboxesFound) {
    rooms.compareAndSet(-1, roomsFound);
    inboxes.compareAndSet(-1, inboxesFound);
  }

  /// So many entries were removed because of their retention.
  void removed(long entries) {
    removed.add(entries);
  }

  /// A batch was written, and its publications were handed over.
  ///
  /// @param committedAt when it was committed; 0 if nothing of it was
  /// @param handedOverAt when it was handed over
  void written(List<Draft> drafts, long committedAt, long handedOverAt) {
    batch.record(drafts.size());
    for (int i = 0; i < drafts.size(); i++) {
      Draft draft = drafts.get(i);
      Kind kind = Kind.of(draft);
      LocalCounter counter = kind == null ? null : operations.get(kind);
      if (counter != null) {
        counter.increment();
      }
      if (draft instanceof Draft.Append) {
        if (committedAt != 0) {
          untilCommit.record(committedAt - accepted[i]);
        }
        untilHandOver.record(handedOverAt - accepted[i]);
      }
    }
  }
}
