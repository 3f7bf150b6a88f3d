package dev.tertulia.server.storage.journal;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.storage.ClientExpiry;
import dev.tertulia.server.storage.CommitListener;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.NameBounds;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.Retention;
import dev.tertulia.server.storage.StorageFault;
import dev.tertulia.server.storage.read.HeldCount;
import dev.tertulia.server.storage.sql.Database;
import dev.tertulia.server.storage.sqlite.HeadNote;
import dev.tertulia.server.storage.sqlite.SqliteDatabase;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Journal;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// A journal in an SQL database: what it reports as stored is committed and, in a durable database,
/// on disk.
///
/// One thread, the writer, takes everything queued as one batch, which is one transaction; under
/// load the batches grow, and share the cost of a commit. It first reports the outcomes and then
/// hands the publications over. The queue is bounded in drafts and in bytes. While the database
/// can't be written, only signals are queued: everything else is refused immediately.
public final class SqlJournal implements Journal {
  /// The maximum number of drafts of a batch.
  private static final int LARGEST_BATCH = 4096;

  /// The size of the texts above which a batch is full, in bytes.
  private static final long BATCH_BYTES = 8 << 20;

  /// The maximum size of the texts of all queued drafts, in bytes, unless a plan sets another.
  static final long QUEUE_BYTES = 128 << 20;

  /// What [#close] and [#maintain] queue to wake the writer: a draft that is not stored.
  private static final Draft WAKE =
      new Draft.Mark(TopicName.BROADCASTS, new ClientId("-"), 0, Draft.Receipt.NONE);

  /// Draws a term that no other writer has.
  public static final LongSupplier RANDOM_TERMS = new SecureRandom()::nextLong;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final DraftQueue queue;
  private final long queueBytes;
  private final AtomicLong queuedBytes = new AtomicLong();
  private final JournalMeters meters;
  private final LogWriter writer;
  private final CommitPacer pacer;
  private final EngineGuard guard;
  private final Thread thread;
  private volatile boolean open = true;

  /// What a journal is to do, wherever its database is.
  ///
  /// @param bound the most drafts that may queue
  /// @param queueBytes the most that their texts may take in memory
  /// @param unixMillis the clock
  /// @param terms as [#RANDOM_TERMS] draws them
  /// @param retention how much of each topic is kept; called by the writer, often
  /// @param clientExpiry how long clients are remembered
  /// @param names how many rooms and inboxes there may be
  /// @param commitListeners are told of every commit first, in this order, on the writer's thread
  /// @param handOver takes each batch after all have been answered, on the writer's thread
  /// @param meters what it measures is added to them
  /// @param guard receives unexpected failures
  public record Plan(
      int bound,
      long queueBytes,
      LongSupplier unixMillis,
      LongSupplier terms,
      Function<TopicName, Retention> retention,
      ClientExpiry clientExpiry,
      NameBounds names,
      List<CommitListener> commitListeners,
      Consumer<List<Publication>> handOver,
      Meters meters,
      EngineGuard guard) {
    public Plan(
        int bound,
        LongSupplier unixMillis,
        Function<TopicName, Retention> retention,
        List<CommitListener> commitListeners,
        Consumer<List<Publication>> handOver) {
      this(
          bound,
          QUEUE_BYTES,
          unixMillis,
          RANDOM_TERMS,
          retention,
          ClientExpiry.NEVER,
          NameBounds.NONE,
          commitListeners,
          handOver,
          new Meters(),
          EngineGuard.ofNoProcess());
    }

    /// The same plan, for a writer among several.
    ///
    /// @param terms draws the terms, each before anything is written in it
    public Plan inCluster(
        LongSupplier terms,
        List<CommitListener> commitListeners,
        Consumer<List<Publication>> handOver) {
      return new Plan(
          bound,
          queueBytes,
          unixMillis,
          terms,
          retention,
          clientExpiry,
          names,
          commitListeners,
          handOver,
          meters,
          guard);
    }
  }

  /// Opens the log of durable topics.
  ///
  /// @throws DataFolderException if the database can't be opened and written
  public static SqlJournal durable(DataFolder folder, Plan plan) {
    return durable(folder, plan, Progress.NONE);
  }

  /// As above.
  ///
  /// @param progress receives how far the tables are migrated, if that is needed
  /// @throws DataFolderException if the database can't be opened and written
  public static SqlJournal durable(DataFolder folder, Plan plan, Progress progress) {
    SqliteDatabase database = SqliteDatabase.lasting(folder, plan.guard, progress);
    HeadNote note;
    try {
      note = HeadNote.open(folder.headNote(), plan.guard);
    } catch (IOException e) {
      throw new DataFolderException(
          "cannot write the file %s: %s".formatted(folder.headNote(), DataFolder.reason(e)), e);
    }
    return opened("log", "durable", database, note, plan);
  }

  /// Opens an empty log of topics that are kept until the next start.
  ///
  /// @throws DataFolderException if its database can't be made
  public static SqlJournal passing(DataFolder folder, Plan plan) {
    return passing(SqliteDatabase.passing(folder), plan);
  }

  /// Opens the log of topics that need not last, in a database that is open.
  ///
  /// @param database is closed with the journal
  /// @throws DataFolderException if it can't be written
  public static SqlJournal passing(Database database, Plan plan) {
    return opened("log of what is not kept", "memory", database, null, plan);
  }

  /// Opens the log of durable topics in a database that is open, and whose server sees to it that
  /// it does not lose its end.
  ///
  /// @param database is closed with the journal
  /// @throws DataFolderException if it can't be written
  public static SqlJournal lasting(Database database, Plan plan) {
    return opened("log", "durable", database, null, plan);
  }

  /// @param label of what is measured
  private static SqlJournal opened(
      String name, String label, Database database, @Nullable HeadNote note, Plan plan) {
    return new SqlJournal(
        plan.bound,
        plan.queueBytes,
        new LogWriter.Parts(
            name,
            database,
            note,
            plan.unixMillis,
            System::nanoTime,
            plan.terms,
            plan.retention,
            plan.clientExpiry,
            plan.names,
            plan.commitListeners,
            plan.handOver,
            new JournalMeters(plan.meters, label),
            plan.guard));
  }

  /// @throws DataFolderException if the database can't be opened and written
  public SqlJournal(int bound, LogWriter.Parts parts) {
    this(bound, QUEUE_BYTES, parts);
  }

  /// @throws DataFolderException if the database can't be opened and written
  SqlJournal(int bound, long queueBytes, LogWriter.Parts parts) {
    queue = new DraftQueue(bound);
    this.queueBytes = queueBytes;
    meters = parts.meters();
    meters.addQueue(queue, queuedBytes::get, bound, queueBytes);
    meters.addDatabase();
    guard = parts.guard();
    pacer =
        new CommitPacer(
            parts.database().isShared() ? CommitPacer.LONGEST_OF_SHARED : CommitPacer.LONGEST);
    writer = new LogWriter(parts);
    boolean opened = false;
    try {
      writer.open();
      opened = true;
    } catch (SQLException e) {
      StorageFault storageFault = StorageFault.of(e);
      throw new DataFolderException(
          "cannot open the %s: %s (%s). To fix this, %s"
              .formatted(parts.name(), storageFault.words(), e.getMessage(), storageFault.remedy()),
          e);
    } finally {
      if (!opened) {
        writer.close();
      }
    }
    thread =
        guard.watch(
            Thread.ofPlatform()
                .name("journal")
                .uncaughtExceptionHandler(guard)
                .unstarted(this::run));
    thread.start();
  }

  /// Whether it can store now. Any thread.
  public WriterHealth.State health() {
    return writer.health().now();
  }

  /// Notes for the metrics how much the database held when somebody counted it. Any thread.
  public void counted(HeldCount held) {
    meters.counted(held.rooms(), held.inboxes());
  }

  /// Logs when its disk does not answer, and when it does again. One thread.
  void logStall() {
    writer.health().logStall();
  }

  /// Hands a task to the writer, which does it between batches. Any thread, once the task before
  /// has ended. A closed journal ignores it.
  public void maintain(MaintenanceTask task) {
    writer.maintain(task);
    queue.offer(WAKE);
  }

  /// Sets what runs after each part of a maintenance task, on the thread of the journal; must
  /// neither block nor throw.
  public void onMaintenance(Runnable task) {
    writer.onWorked(task);
  }

  /// Whether it was not closed yet.
  public boolean isOpen() {
    return open;
  }

  @Override
  public Appended append(Draft draft) {
    if (!open) {
      return Appended.CLOSED;
    }
    if (!(draft instanceof Draft.Signal) && !writer.health().now().ok()) {
      return Appended.BACK_PRESSURED;
    }
    long bytes = textBytes(draft);
    if (queuedBytes.addAndGet(bytes) > queueBytes || !queue.offer(draft)) {
      queuedBytes.addAndGet(-bytes);
      return Appended.BACK_PRESSURED;
    }
    // The writer may have looked for the last time in between.
    return !open && queue.remove(draft) ? Appended.CLOSED : Appended.QUEUED;
  }

  /// About how much memory the texts take.
  static long textBytes(Draft draft) {
    if (!(draft instanceof Draft.Append append)) {
      return 0;
    }
    return switch (append.entry()) {
      case Entry.Chat chat ->
          2L * (chat.message().length() + (chat.data() == null ? 0 : chat.data().length()));
      case Entry.Edit edit -> edit.message() == null ? 0 : 2L * edit.message().length();
      case Entry.Notification notification ->
          2L
              * (notification.message().length()
                  + (notification.data() == null ? 0 : notification.data().length()));
      case Entry.InboxRead read -> 2L * read.ids().stream().mapToLong(String::length).sum();
      case Entry.Revocation revocation -> 0;
      case Entry.Unreadable unreadable -> 0;
      case Entry.Deletion deletion -> 0;
      case Entry.Reaction reaction -> 0;
    };
  }

  @Override
  public void close() {
    guard.release(thread);
    open = false;
    // Wakes an idle writer; if the queue is full, it is not idle. An interrupt would close its
    // files.
    queue.offer(WAKE);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    List<Draft> batch = new ArrayList<>(LARGEST_BATCH);
    while (open || !queue.isEmpty()) {
      boolean told = false;
      try {
        long wait = writer.tend();
        long waited = System.nanoTime();
        gather(batch, wait);
        if (!batch.isEmpty()) {
          long idle = System.nanoTime() - waited;
          long worked = THREADS.getCurrentThreadCpuTime();
          told = true;
          writer.write(batch);
          meters.written(batch, writer.committedAt(), System.nanoTime());
          worked = THREADS.getCurrentThreadCpuTime() - worked;
          long rest = open ? pacer.rest(worked, batch.size(), idle) : 0;
          if (rest > 0) {
            LockSupport.parkNanos(rest);
          }
        }
      } catch (Throwable failure) {
        guard.caught("the journal", failure);
        if (!told) {
          writer.refuse(batch, ErrorCode.INTERNAL);
        }
      }
      batch.clear();
    }
    writer.close();
  }

  @SuppressWarnings("ReferenceEquality") // It is this one object.
  private static boolean isWake(Draft draft) {
    return draft == WAKE;
  }

  /// Waits for the first draft, then takes what else is there.
  private void gather(List<Draft> batch, long nanos) {
    long bytes = 0;
    try {
      Draft next = queue.poll(nanos);
      while (next != null) {
        if (!isWake(next)) {
          meters.accepted(batch.size(), queue.accepted());
          batch.add(next);
        }
        bytes += textBytes(next);
        next = batch.size() < LARGEST_BATCH && bytes < BATCH_BYTES ? queue.poll() : null;
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("the journal must not be interrupted", e);
    } finally {
      queuedBytes.addAndGet(-bytes);
    }
  }
}
