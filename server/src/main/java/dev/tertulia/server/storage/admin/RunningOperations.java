package dev.tertulia.server.storage.admin;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.storage.CorruptionException;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.DataFolderOperations.ImportReport;
import dev.tertulia.server.storage.OnlineOperations;
import dev.tertulia.server.storage.journal.SqlJournal;
import dev.tertulia.server.storage.sql.ReadSource;
import dev.tertulia.server.storage.sqlite.SqliteDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The [OnlineOperations] on the databases of a server: has the journals erase a client or import a
/// file. Each operation has a thread of its own, on which it also searches.
///
/// An erasure that was in progress when the server ended, in any way, continues at the next start.
public final class RunningOperations implements OnlineOperations {
  private static final Logger log = LoggerFactory.getLogger(RunningOperations.class);

  /// How many may wait for one operation; for others the server is busy.
  private static final int MOST_WAITING = 16;

  /// How long closing waits for work in progress, which may block on a disk or a pipe.
  private static final Duration LONGEST_END = Duration.ofSeconds(2);

  /// A journal that erases, and the database that is searched for that.
  ///
  /// @param reader reads what the journal writes; closed with the operations
  /// @param live what the lines of an import are compared with
  /// @param name of the database, for people
  public record Place(SqlJournal journal, ReadSource reader, LiveRows.Source live, String name) {
    /// A journal that writes an SQLite file.
    public Place(SqlJournal journal, Path database) {
      this(
          journal,
          SqliteDatabase.reading(database).reader(),
          folder -> new LiveRows.InFile(database),
          database.toString());
    }

    /// A journal that writes another database.
    public Place(SqlJournal journal, ReadSource reader, String name) {
      this(
          journal,
          reader,
          folder ->
              new LiveRows.Elsewhere(
                  reader.open(), ImportRehearsal.before(folder), /* everything= */ false),
          name);
    }
  }

  private final Path folder;
  private final List<Place> places;
  private final Place durable;
  private final Consumer<ClientId> disconnect;
  private final EngineGuard guard;

  /// The operation in progress; `null` for none. Guarded by this.
  private @Nullable Task current;

  /// @param places all, the one of what lasts first
  /// @param disconnect closes the connections of a client, whose inbox is another one from now on
  public RunningOperations(
      Path folder, List<Place> places, Consumer<ClientId> disconnect, EngineGuard guard) {
    this.folder = folder;
    this.guard = guard;
    this.places = List.copyOf(places);
    durable = this.places.getFirst();
    this.disconnect = disconnect;
    try {
      ImportRehearsal.removeLeftovers(folder);
      ClientId pending = PendingErasure.read(folder);
      if (pending != null) {
        log.info("Continuing the erasure of a client that was interrupted");
        begin(new Erasing(pending));
      }
    } catch (IOException e) {
      log.error(
          "Cannot find out whether the erasure of a client was interrupted: {}. Check the"
              + " permissions of the data folder, and repeat the erasure",
          DataFolder.reason(e));
    }
  }

  @Override
  public Start erase(ClientId client) {
    return begin(new Erasing(client));
  }

  @Override
  public Start importLines(Path file) {
    if (!file.isAbsolute()) {
      throw new IllegalArgumentException("not absolute: " + file);
    }
    return begin(new Importing(file));
  }

  /// Begins `task`, unless the same or another one is in progress.
  private synchronized Start begin(Task task) {
    Task running = current;
    if (running == null) {
      current = task;
      running = task;
      task.start();
    } else if (!running.isSame(task) || running.waiting == MOST_WAITING) {
      return new Busy(running.kind);
    }
    running.waiting++;
    return new Begun(running);
  }

  private synchronized void ended(Task task) {
    if (current == task) {
      current = null;
    }
  }

  /// Stops waiting for the operation in progress. The journals are closed before, which ends it.
  @Override
  public void close() {
    Task running;
    synchronized (this) {
      running = current;
    }
    if (running != null && !running.awaitEnd(LONGEST_END)) {
      log.warn(
          "An erasure or an import did not end in time. An erasure goes on after the next start;"
              + " repeat an import");
    }
    places.forEach(place -> place.reader.close());
  }

  /// An operation.
  private abstract class Task implements Operation {
    private final Kind kind;
    private final String subject;
    private final CompletableFuture<State> ended = new CompletableFuture<>();

    /// How many wait for it. Guarded by the operations.
    private int waiting;

    /// @param subject what it is about: two of a kind and a subject do the same
    Task(Kind kind, String subject) {
      this.kind = kind;
      this.subject = subject;
    }

    final boolean isSame(Task other) {
      return kind == other.kind && subject.equals(other.subject);
    }

    /// Does it.
    ///
    /// @throws IOException if a file can't be used: see [#unusable]
    /// @throws ExecutionException if it can't be done: the cause says why
    abstract State work() throws IOException, InterruptedException, ExecutionException;

    /// What is counted, and how far it is.
    abstract Working progress();

    /// Says that a file can't be used.
    abstract String unusable(IOException e);

    /// Ends it soon, if that is harmless.
    abstract void cancel();

    final void start() {
      Thread.ofPlatform()
          .name("admin")
          .daemon()
          .uncaughtExceptionHandler(guard)
          .start(() -> end(outcome()));
    }

    final void end(State state) {
      RunningOperations.this.ended(this);
      ended.complete(state);
    }

    private State outcome() {
      Failed failed;
      try {
        return work();
      } catch (InterruptedException e) {
        return new Stopped();
      } catch (IOException e) {
        failed = new Failed(unusable(e), false);
      } catch (ExecutionException e) {
        Throwable why = e.getCause() == null ? e : e.getCause();
        failed =
            new Failed(
                why instanceof IOException io ? unusable(io) : String.valueOf(why.getMessage()),
                why instanceof CorruptionException);
      } catch (Throwable e) {
        guard.caught("an operation on the data folder", e);
        failed = new Failed("internal server error: the server log has the cause", false);
      }
      log.error(
          "An operation on the data folder failed: {}. Correct the cause and repeat it",
          failed.why());
      return failed;
    }

    final boolean awaitEnd(Duration most) {
      try {
        return !(await(most) instanceof Working);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }

    @Override
    public final State await(Duration most) throws InterruptedException {
      try {
        return ended.get(most.toNanos(), TimeUnit.NANOSECONDS);
      } catch (TimeoutException notYet) {
        return progress();
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public final void leave() {
      synchronized (RunningOperations.this) {
        waiting--;
        if (waiting > 0 || ended.isDone()) {
          return;
        }
      }
      cancel();
    }
  }

  private final class Erasing extends Task {
    private final ClientId client;
    private volatile long found;

    Erasing(ClientId client) {
      super(Kind.ERASURE, client.value());
      this.client = client;
    }

    @Override
    State work() throws IOException, InterruptedException, ExecutionException {
      PendingErasure.write(folder, client);
      try {
        for (Place place : places) {
          Runnable begun = () -> disconnect.accept(client);
          if (!new ErasureRunner(place).erase(client.value(), begun, rows -> found = rows)) {
            return new Stopped();
          }
        }
      } catch (ExecutionException e) {
        PendingErasure.remove(folder);
        throw e;
      }
      PendingErasure.remove(folder);
      log.info("Erased a client");
      return new Erased();
    }

    @Override
    Working progress() {
      return new Working("rows found", found);
    }

    @Override
    String unusable(IOException e) {
      return "the server cannot write to its data folder: %s. Free disk space and run this again"
          .formatted(DataFolder.reason(e));
    }

    /// A client that is half erased would be neither here nor there.
    @Override
    void cancel() {}
  }

  private final class Importing extends Task {
    private final Path file;
    private volatile long read;
    private volatile boolean cancelled;

    /// Guarded by this task.
    private boolean opened;

    Importing(Path file) {
      super(Kind.IMPORT, file.toString());
      this.file = file;
    }

    @Override
    State work() throws IOException, InterruptedException, ExecutionException {
      try (InputStream in = Files.newInputStream(file)) {
        synchronized (this) {
          if (cancelled) {
            return new Stopped();
          }
          opened = true;
        }
        ImportReport report =
            ImportTask.run(durable, folder, file, in, bytes -> read = bytes, () -> !cancelled);
        if (report == null) {
          return new Stopped();
        }
        log.info("Imported {} entries", report.added());
        return new Imported(report);
      } catch (ExecutionException e) {
        if (!cancelled) {
          throw e;
        }
        log.info("Cancelled an import, because nobody waits for it any more");
        return new Stopped();
      }
    }

    @Override
    Working progress() {
      return new Working("bytes read", read);
    }

    @Override
    String unusable(IOException e) {
      return "the server cannot read the file: %s. Pass it through standard input"
          .formatted(DataFolder.reason(e));
    }

    @Override
    void cancel() {
      synchronized (this) {
        cancelled = true;
        if (opened) {
          return;
        }
      }
      // To open a pipe takes until somebody writes to it.
      end(new Stopped());
    }
  }
}
