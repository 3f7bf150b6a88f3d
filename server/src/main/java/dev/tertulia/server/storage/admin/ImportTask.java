package dev.tertulia.server.storage.admin;

import dev.tertulia.server.storage.CorruptionException;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.DataFolderOperations.ImportReport;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.StorageFault;
import dev.tertulia.server.storage.journal.MaintenanceTask;
import dev.tertulia.server.storage.journal.SqlJournal;
import dev.tertulia.server.storage.journal.WriteBatch;
import dev.tertulia.server.storage.journal.WriterSession;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.TopicName;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// An import while a journal runs. All lines are checked first, beside the writer, by an
/// [ImportRehearsal]; then the writer stores them, a slice at a time, each in a batch of its own
/// that leaves a sound log.
///
/// From the first slice to the last, the topics in which something is stored take nothing else, and
/// retention rests; so what was checked stays true. Drafts for other topics do not wait.
///
/// # Failure
///
/// Until the first slice nothing has changed. A process that ends between slices leaves the lines
/// that were stored until then; the same import adds the others.
///
/// Shared by three threads: one rehearses, the writer of the journal stores, and one waits.
public final class ImportTask implements MaintenanceTask {
  /// From one slice to the next.
  private static final long WAIT = TimeUnit.MILLISECONDS.toNanos(5);

  /// The most lines that a slice stores.
  static final int SLICE_LINES = 300;

  /// The bytes of lines after which a slice ends.
  static final long SLICE_BYTES = 256 * 1024;

  /// The most topics that are compared at once with what was checked.
  private static final int SLICE_TOPICS = 2_000;

  private static final long PATIENCE_MILLIS = 100;

  private final Path folder;
  private final LiveRows.Source live;
  private final Path file;

  /// The first reading, in order to check the lines.
  private final InputStream in;

  private final CompletableFuture<ImportReport> ended = new CompletableFuture<>();

  /// Half of what was read, in both readings.
  private volatile long bytesRead;

  /// How many bytes there are, once they are checked.
  private volatile long checked;

  /// What would change, once all lines are checked; set before the writer has the task.
  private volatile @Nullable Map<TopicName, ImportRehearsal.Expected> topics;

  /// The second reading. Set before the writer has the task.
  private volatile @Nullable InputStream again;

  /// Those that are still to be compared; `null` before the first. The writer's.
  private @Nullable Iterator<Map.Entry<TopicName, ImportRehearsal.Expected>> compared;

  /// `null` until the first slice. The writer's.
  private @Nullable Import work;

  /// How many slices were handed over. The writer's.
  private long slices;

  /// Whether all lines are in a batch. The writer's.
  private boolean last;

  /// @param in closed by the waiting thread, also in order to abort the import
  private ImportTask(Path folder, LiveRows.Source live, Path file, InputStream in) {
    this.folder = folder;
    this.live = live;
    this.file = file;
    this.in = in;
  }

  /// Imports the lines of `file`. Blocks until that is done; one thread at a time.
  ///
  /// @param folder the data folder of the journal, with its database
  /// @param read receives the number of bytes read so far
  /// @return `null` if the journal was closed before it was done
  /// @throws IOException if the file can't be opened
  /// @throws ExecutionException if it can't be done: the cause says why
  public static @Nullable ImportReport run(
      SqlJournal journal, Path folder, Path file, LongConsumer read)
      throws IOException, InterruptedException, ExecutionException {
    RunningOperations.Place place =
        new RunningOperations.Place(journal, DataFolder.databaseIn(folder));
    try (InputStream in = Files.newInputStream(file)) {
      return run(place, folder, file, in, read, () -> true);
    }
  }

  /// As above.
  ///
  /// @param folder for what is needed meanwhile
  /// @param in reads `file`; closed by the caller
  /// @param wanted asked now and then; when it says no, the import is aborted unless all lines are
  ///   checked. It has ended when this returns, unless the journal was closed
  static @Nullable ImportReport run(
      RunningOperations.Place place,
      Path folder,
      Path file,
      InputStream in,
      LongConsumer read,
      BooleanSupplier wanted)
      throws IOException, InterruptedException, ExecutionException {
    SqlJournal journal = place.journal();
    ImportTask task = new ImportTask(folder, place.live(), file, in);
    Thread rehearsing =
        Thread.ofPlatform().name("import").daemon().start(() -> task.check(journal));
    try {
      return task.await(journal, read, wanted);
    } finally {
      in.close();
      rehearsing.join();
      task.release();
    }
  }

  // The thread that checks.

  private void check(SqlJournal journal) {
    Progress progress = (what, done, total) -> bytesRead = done / 2;
    try {
      Path lines = file;
      if (Files.isRegularFile(file)) {
        topics = rehearse(in, progress);
      } else {
        lines = ImportRehearsal.lines(folder);
        try (OutputStream copy = Files.newOutputStream(lines)) {
          topics = rehearse(new Copying(in, copy), progress);
        }
      }
      checked = Files.size(lines);
      again = Files.newInputStream(lines);
      journal.maintain(this);
    } catch (SQLException e) {
      fail(
          new DataFolderException(
              "nothing was imported: cannot check the lines in %s: %s (%s). To fix this, %s"
                  .formatted(
                      folder,
                      StorageFault.of(e).words(),
                      e.getMessage(),
                      StorageFault.of(e).remedy()),
              e));
    } catch (IOException | RuntimeException e) {
      fail(e);
    } catch (Throwable failure) {
      fail(new IllegalStateException("nothing was imported: " + failure, failure));
    }
  }

  private Map<TopicName, ImportRehearsal.Expected> rehearse(InputStream lines, Progress progress)
      throws SQLException, IOException {
    try (LiveRows rows = live.open(folder);
        ImportRehearsal rehearsal = new ImportRehearsal(folder, rows)) {
      rehearsal.read(lines, progress);
      return rehearsal.topics();
    }
  }

  /// Writes what is read, for the second reading.
  private static final class Copying extends FilterInputStream {
    private final OutputStream copy;

    Copying(InputStream in, OutputStream copy) {
      super(in);
      this.copy = copy;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int count = super.read(bytes, offset, length);
      if (count > 0) {
        copy.write(bytes, offset, count);
      }
      return count;
    }
  }

  // The writer.

  /// Whether a draft is for a topic in which lines are stored.
  @Override
  public boolean concerns(Draft draft) {
    Map<TopicName, ImportRehearsal.Expected> concerned = topics;
    if (concerned == null) {
      return false;
    }
    return switch (draft) {
      case Draft.Append append -> concerned.containsKey(append.topic());
      case Draft.Mark mark -> concerned.containsKey(mark.topic());
      case Draft.Membership change -> concerned.containsKey(change.topic());
      case Draft.Seen seen -> false;
      case Draft.Acked acked -> false;
      case Draft.Shown shown -> false;
      case Draft.Signal signal -> false;
      case Draft.Records records -> false;
    };
  }

  @Override
  public boolean holdsRetention() {
    return true;
  }

  @Override
  public long work(WriterSession session, Context context) throws SQLException {
    if (ended.isDone()) {
      return DONE;
    }
    try {
      if (compare(session)) {
        return WAIT;
      }
      return slice(session, context);
    } catch (SQLException e) {
      StorageFault storageFault = StorageFault.of(e);
      fail(
          new DataFolderException(
              "%s: cannot write the %s: %s (%s). To fix this, %s, and run this again"
                  .formatted(
                      progressSoFar(),
                      context.name(),
                      storageFault.words(),
                      e.getMessage(),
                      storageFault.remedy()),
              e));
      throw e;
    } catch (IOException | RuntimeException e) {
      session.giveUp();
      fail(e);
      return DONE;
    } catch (Throwable failure) {
      fail(new IllegalStateException(progressSoFar() + ": " + failure, failure));
      throw failure;
    }
  }

  private String progressSoFar() {
    return work == null ? "nothing was imported" : "a part of the lines was imported";
  }

  /// Compares topics with what they were when the lines were checked. From the first call on, they
  /// take nothing else.
  ///
  /// @return whether there are more
  private boolean compare(WriterSession session) throws SQLException {
    Iterator<Map.Entry<TopicName, ImportRehearsal.Expected>> left = compared;
    if (left == null) {
      Map<TopicName, ImportRehearsal.Expected> all = topics;
      left =
          all == null
              ? List.<Map.Entry<TopicName, ImportRehearsal.Expected>>of().iterator()
              : all.entrySet().iterator();
      compared = left;
    }
    for (int i = 0; left.hasNext() && i < SLICE_TOPICS; i++) {
      Map.Entry<TopicName, ImportRehearsal.Expected> topic = left.next();
      TopicName name = topic.getKey();
      TopicRow now = session.tables.topic(TopicRow.kindOf(name.kind()), name.name());
      if (!topic.getValue().allows(now)) {
        throw new CorruptionException(
            "something was published in %s while the lines were checked. Nothing was changed: run this again"
                .formatted(name.label()));
      }
    }
    session.tables.rollback();
    return left.hasNext();
  }

  private long slice(WriterSession session, Context context) throws SQLException, IOException {
    Import lines = work;
    if (lines == null) {
      InputStream source = again;
      if (source == null) {
        throw new IllegalStateException("the lines are not checked");
      }
      lines =
          new Import(
              session.tables, source, (what, done, total) -> bytesRead = (checked + done) / 2, 0);
    }
    WriteBatch writeBatch = session.beginAlone(context.unixMillis());
    boolean more = lines.read(SLICE_LINES, SLICE_BYTES);
    work = lines;
    slices++;
    writeBatch.wrote();
    lines
        .takeChanged()
        .forEach((name, id) -> {
          writeBatch.renew(name);
          writeBatch.changed(id);
        });
    if (!more) {
      last = true;
      ImportReport report = lines.report();
      writeBatch.settle(outcome -> settled(outcome, report), new Outcome.Noted());
    }
    writeBatch.finish(session.tables);
    // What is known of the topics and clients may have changed under the session.
    session.forget();
    for (TopicName topic : writeBatch.renewed()) {
      context.startedOver().accept(topic);
    }
    context.commit().accept(session, writeBatch);
    return more ? WAIT : DONE;
  }

  private void settled(Outcome outcome, ImportReport report) {
    if (outcome instanceof Outcome.Refused || outcome instanceof Outcome.Unconfirmed) {
      fail(
          new DataFolderException(
              (slices == 1 ? "nothing was imported" : "a part of the lines was imported")
                  + ": the server can't write its database at the moment, its log says why. Run"
                  + " this again when it can"));
    } else {
      ended.complete(report);
    }
  }

  private void fail(Exception why) {
    ended.completeExceptionally(why);
  }

  @Override
  public boolean suspend() {
    if (last) {
      // The outcome of the batch tells.
      return true;
    }
    if (work == null) {
      // It is compared again.
      compared = null;
      return false;
    }
    fail(
        new DataFolderException(
            "a part of the lines may have been imported: the server can't write its database at the"
                + " moment, its log says why. Run this again when it can"));
    return true;
  }

  // The waiting thread.

  private @Nullable ImportReport await(
      SqlJournal journal, LongConsumer read, BooleanSupplier wanted)
      throws IOException, InterruptedException, ExecutionException {
    while (true) {
      try {
        return ended.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException notYet) {
        if (!journal.isOpen()) {
          return null;
        }
        if (!wanted.getAsBoolean()) {
          in.close();
        }
        read.accept(bytesRead);
      }
    }
  }

  /// Closes the second reading, and removes what was kept for it. The writer does not read any
  /// more.
  private void release() throws IOException {
    InputStream second = again;
    if (second != null) {
      second.close();
    }
    ImportRehearsal.removeLeftovers(folder);
  }
}
