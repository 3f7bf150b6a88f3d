package dev.tertulia.server.storage.journal;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Journal;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.Settlements;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// A journal that stores nothing and only keeps the order: entries are handed over and then
/// dropped. They have no positions, so nothing can be amended, replied to or marked as read, and a
/// repeated request is a new one.
///
/// One thread, the writer, takes everything queued as one batch. No memory is used per topic.
public final class EphemeralJournal implements Journal {
  /// The most drafts that a batch takes at once.
  private static final int LARGEST_BATCH = 1024;

  /// How long it waits for a draft before it looks whether it was closed.
  private static final long IDLE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private static final Outcome NOT_FOUND = new Outcome.Refused(ErrorCode.NOT_FOUND);

  private final DraftQueue queue;
  private final JournalMeters meters;
  private final long queueBytes;
  private final AtomicLong queuedBytes = new AtomicLong();
  private final Consumer<List<Publication>> handOver;
  private final String run;
  private final LongSupplier unixMillis;
  private final EngineGuard guard;
  private final Thread writer;
  private volatile boolean open = true;

  /// How many ids were made up. Owned by the writer.
  private long count;

  /// @param term tells this run of the server from every other, in the ids that it makes up
  /// @param bound the most drafts that may queue
  /// @param handOver takes each batch, on the writer's thread
  public EphemeralJournal(
      long term, int bound, LongSupplier unixMillis, Consumer<List<Publication>> handOver) {
    this(
        term,
        bound,
        SqlJournal.QUEUE_BYTES,
        unixMillis,
        handOver,
        new Meters(),
        EngineGuard.ofNoProcess());
  }

  /// @param term tells this run of the server from every other, in the ids that it makes up
  /// @param bound the most drafts that may queue
  /// @param queueBytes the most that their texts may take in memory
  /// @param handOver takes each batch, on the writer's thread
  /// @param meters what it measures is added to them
  /// @param guard receives unexpected failures
  public EphemeralJournal(
      long term,
      int bound,
      long queueBytes,
      LongSupplier unixMillis,
      Consumer<List<Publication>> handOver,
      Meters meters,
      EngineGuard guard) {
    this.meters = new JournalMeters(meters, "signals");
    this.queueBytes = queueBytes;
    this.guard = guard;
    run = Long.toUnsignedString(term, 36);
    this.unixMillis = unixMillis;
    this.handOver = handOver;
    queue = new DraftQueue(bound);
    this.meters.addQueue(queue, queuedBytes::get, bound, queueBytes);
    writer =
        guard.watch(
            Thread.ofPlatform()
                .name("journal-signals")
                .uncaughtExceptionHandler(guard)
                .unstarted(this::write));
    writer.start();
  }

  @Override
  public Appended append(Draft draft) {
    if (!open) {
      return Appended.CLOSED;
    }
    long bytes = SqlJournal.textBytes(draft);
    if (queuedBytes.addAndGet(bytes) > queueBytes || !queue.offer(draft)) {
      queuedBytes.addAndGet(-bytes);
      return Appended.BACK_PRESSURED;
    }
    // The writer may have looked for the last time in between.
    return !open && queue.remove(draft) ? Appended.CLOSED : Appended.QUEUED;
  }

  @Override
  public void close() {
    guard.release(writer);
    open = false;
    writer.interrupt();
    try {
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write() {
    List<Draft> batch = new ArrayList<>(LARGEST_BATCH);
    while (open || !queue.isEmpty()) {
      Draft next = null;
      try {
        next = queue.poll(IDLE_NANOS);
      } catch (InterruptedException closing) {
        // close() interrupts so that an idle writer sees that it is over.
        next = queue.poll();
      }
      if (next != null) {
        meters.accepted(batch.size(), queue.accepted());
        batch.add(next);
        queue.drainTo(batch, LARGEST_BATCH, meters);
        queuedBytes.addAndGet(-batch.stream().mapToLong(SqlJournal::textBytes).sum());
      }
      try {
        pass(batch);
      } catch (Throwable failure) {
        guard.caught("the journal of signals", failure);
      }
      batch.clear();
    }
  }

  private void pass(List<Draft> batch) {
    if (batch.isEmpty()) {
      return;
    }
    long time = unixMillis.getAsLong();
    List<Publication> publications = new ArrayList<>(batch.size());
    Settlements settlements = new Settlements();
    for (Draft draft : batch) {
      pass(draft, time, publications, settlements);
    }
    settlements.tell(guard);
    handOver.accept(publications);
    meters.written(batch, /* committedAt= */ 0, System.nanoTime());
  }

  private void pass(
      Draft draft, long time, List<Publication> publications, Settlements settlements) {
    switch (draft) {
      case Draft.Append append -> {
        if (refersToAnother(append.entry())) {
          settlements.add(append.receipt(), NOT_FOUND);
        } else {
          String id = append.id() == null ? run + "-" + ++count : append.id();
          settlements.add(append.receipt(), new Outcome.Stored(null, time, id));
          publications.add(
              new Publication(append.topic(), null, 0, time, id, append.entry(), null));
        }
      }
      case Draft.Signal signal ->
          publications.add(
              new Publication(signal.topic(), null, 0, time, "", signal.entry(), signal.except()));
      case Draft.Mark mark -> settlements.add(mark.receipt(), new Outcome.Marked(0));
      case Draft.Membership change ->
          settlements.add(change.receipt(), new Outcome.Refused(ErrorCode.INTERNAL));
      case Draft.Records records ->
          settlements.add(records.receipt(), new Outcome.Refused(ErrorCode.INTERNAL));
      case Draft.Seen seen -> settlements.add(seen.receipt(), new Outcome.Noted());
      case Draft.Acked acked -> settlements.add(acked.receipt(), NOT_FOUND);
      case Draft.Shown shown -> settlements.add(shown.receipt(), NOT_FOUND);
    }
  }

  private static boolean refersToAnother(Entry.Kept entry) {
    return switch (entry) {
      case Entry.Amendment amendment -> true;
      case Entry.Chat chat -> chat.replyTo() != null;
      case Entry.Notification notification -> false;
      case Entry.InboxRead read -> true;
      case Entry.Revocation revocation -> true;
      case Entry.Unreadable unreadable -> true;
    };
  }
}
