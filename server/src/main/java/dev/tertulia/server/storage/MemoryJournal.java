package dev.tertulia.server.storage;

import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Journal;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A journal that keeps nothing but the order: entries get positions and are handed over, and are
/// gone.
///
/// One thread, the writer, takes all that has queued as one batch. All topics share one row of
/// offsets, so within a topic they rise, and not always by one; no memory is held for a topic.
public final class MemoryJournal implements Journal {
  private static final Logger log = LoggerFactory.getLogger(MemoryJournal.class);

  /// The most drafts that a batch takes at once.
  private static final int LARGEST_BATCH = 1024;

  private final BlockingQueue<Draft> queue;
  private final Consumer<List<Publication>> committed;
  private final long term;
  private final LongSupplier unixMillis;
  private final Thread writer;
  private volatile boolean open = true;

  /// The offset of the newest entry. Owned by the writer.
  private long head;

  /// @param term tells this run of the server from every other
  /// @param bound the most drafts that may queue
  /// @param committed takes each batch, on the writer's thread
  public MemoryJournal(
      long term, int bound, LongSupplier unixMillis, Consumer<List<Publication>> committed) {
    this.term = term;
    this.unixMillis = unixMillis;
    this.committed = committed;
    queue = new ArrayBlockingQueue<>(bound);
    writer = Thread.ofPlatform().name("journal").start(this::write);
  }

  @Override
  public Appended append(Draft draft) {
    if (!open) {
      return Appended.CLOSED;
    }
    return queue.offer(draft) ? Appended.QUEUED : Appended.BACK_PRESSURED;
  }

  @Override
  public void close() {
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
      try {
        Draft first = queue.poll(1, TimeUnit.MINUTES);
        if (first != null) {
          batch.add(first);
        }
      } catch (InterruptedException closing) {
        // close() interrupts so that an idle writer sees that it is over.
      }
      queue.drainTo(batch, LARGEST_BATCH - batch.size());
      commit(batch);
      batch.clear();
    }
  }

  private void commit(List<Draft> batch) {
    if (batch.isEmpty()) {
      return;
    }
    long time = unixMillis.getAsLong();
    List<Publication> publications = new ArrayList<>(batch.size());
    for (Draft draft : batch) {
      switch (draft) {
        case Draft.Append append -> {
          Position position = new Position(term, ++head);
          String id = append.id() == null ? position.toString() : append.id();
          append.receipt().settled(new Outcome.Stored(position, time, id));
          publications.add(Publication.kept(append.topic(), position, time, id, append.entry()));
        }
        case Draft.Signal signal ->
            publications.add(
                new Publication(
                    signal.topic(), null, head, time, "", signal.entry(), signal.except()));
        case Draft.Mark mark -> mark.receipt().settled(new Outcome.Marked(mark.offset()));
      }
    }
    try {
      committed.accept(publications);
    } catch (RuntimeException e) {
      log.error("A batch of {} entries could not be delivered", publications.size(), e);
    }
  }
}
