package dev.tertulia.server.storage.admin;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.storage.CorruptionException;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.DataFolderOperations.ImportReport;
import dev.tertulia.server.storage.journal.SqlJournal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Performs the [FolderRequest]s for a running server, one after the other: polls for them, and has
/// the journals erase a client or import a file. Has its own thread, on which it also searches.
///
/// A request that was left when the server ended, in any way, is performed after its next start.
public final class FolderRequestProcessor implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FolderRequestProcessor.class);

  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /// How long closing waits for work in progress, which may block on a disk or a pipe.
  private static final Duration LONGEST_END = Duration.ofSeconds(2);

  /// A journal that erases, and the database that is searched for that.
  public record Place(SqlJournal journal, Path database) {}

  /// The work of a request.
  private interface Work {
    /// Does it.
    ///
    /// @param progress receives the progress as a number
    /// @return what came of it; `null` if the server ends before it is done
    @Nullable String done(LongConsumer progress)
        throws IOException, InterruptedException, ExecutionException;
  }

  private final Path folder;
  private final List<Place> places;
  private final SqlJournal durable;
  private final Consumer<ClientId> disconnect;
  private final EngineGuard guard;
  private final Thread thread;
  private volatile boolean open = true;
  private long answeredAt = System.nanoTime() - LOOK_NANOS;

  /// @param places all, the one of what lasts first
  /// @param disconnect closes the connections of a client, whose inbox is another one from now on
  public FolderRequestProcessor(
      Path folder, List<Place> places, Consumer<ClientId> disconnect, EngineGuard guard) {
    this.folder = folder;
    this.guard = guard;
    this.places = List.copyOf(places);
    durable = this.places.getFirst().journal;
    this.disconnect = disconnect;
    thread =
        Thread.ofPlatform()
            .name("requests")
            .daemon()
            .uncaughtExceptionHandler(guard)
            .start(this::run);
  }

  /// Stops; work in progress continues after the next start. The journals are closed before.
  @Override
  public void close() {
    open = false;
    LockSupport.unpark(thread);
    try {
      if (!thread.join(LONGEST_END)) {
        log.warn("A request in the data folder did not finish in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    boolean troubled = false;
    while (open) {
      try {
        look();
        troubled = false;
      } catch (IOException e) {
        if (!troubled) {
          log.error("Cannot look for requests in the data folder: {}", DataFolder.reason(e));
        }
        troubled = true;
      } catch (InterruptedException e) {
        return;
      } catch (Throwable failure) {
        guard.caught("a request in the data folder", failure);
      }
      if (open) {
        LockSupport.parkNanos(LOOK_NANOS);
      }
    }
  }

  private void look() throws IOException, InterruptedException {
    FolderRequest erasure = FolderRequest.read(folder, FolderRequest.Kind.ERASE);
    if (erasure != null) {
      work(erasure, progress -> erase(erasure.subject(), progress));
    }
    FolderRequest wanted = FolderRequest.read(folder, FolderRequest.Kind.IMPORT);
    if (wanted != null) {
      work(wanted, progress -> importLines(Path.of(wanted.subject()), progress));
    }
  }

  private void work(FolderRequest request, Work work) throws IOException, InterruptedException {
    request.answer(folder, FolderRequest.State.WORKING, "0");
    FolderRequest.State state = FolderRequest.State.UNUSABLE;
    String words;
    try {
      words = work.done(number -> say(request, number));
      if (words == null) {
        return;
      }
      state = FolderRequest.State.DONE;
    } catch (IllegalArgumentException e) {
      words = "this is not a client id or a file name";
    } catch (IOException e) {
      words = unreadable(e);
    } catch (ExecutionException e) {
      Throwable why = e.getCause() == null ? e : e.getCause();
      words = why instanceof IOException io ? unreadable(io) : String.valueOf(why.getMessage());
      if (why instanceof CorruptionException) {
        state = FolderRequest.State.UNSOUND;
      }
    } catch (RuntimeException | Error e) {
      guard.caught("a request in the data folder", e);
      words = "internal server error: the server log has the cause";
    }
    if (state != FolderRequest.State.DONE) {
      log.error("A request in the data folder failed: {}", words);
    }
    request.answer(folder, state, words);
    FolderRequest.remove(folder, request.kind());
  }

  private static String unreadable(IOException e) {
    return "the server cannot read the file: %s. Pass it through standard input"
        .formatted(DataFolder.reason(e));
  }

  private @Nullable String erase(String id, LongConsumer found)
      throws InterruptedException, ExecutionException {
    ClientId client = new ClientId(id);
    for (Place place : places) {
      Runnable begun = () -> disconnect.accept(client);
      if (!new ErasureRunner(place.journal, place.database).erase(id, begun, found)) {
        return null;
      }
    }
    log.info("Erased a client");
    return "-";
  }

  private @Nullable String importLines(Path file, LongConsumer read)
      throws IOException, InterruptedException, ExecutionException {
    ImportReport report = ImportTask.run(durable, file, read);
    if (report == null) {
      return null;
    }
    log.info("Imported {} entries", report.added());
    return Import.numbers(report);
  }

  private void say(FolderRequest request, long number) {
    long now = System.nanoTime();
    if (now - answeredAt >= LOOK_NANOS) {
      answeredAt = now;
      try {
        request.answer(folder, FolderRequest.State.WORKING, Long.toString(number));
      } catch (IOException e) {
        log.debug("Cannot report the progress of a request", e);
      }
    }
  }
}
