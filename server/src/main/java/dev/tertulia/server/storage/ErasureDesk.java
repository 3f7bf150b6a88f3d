package dev.tertulia.server.storage;

import dev.tertulia.server.protocol.ClientId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Does what [ErasureRequest]s ask of a server that runs: looks for one now and then, and has each
/// journal erase the client. A thread of its own, on which it also searches.
///
/// A request that was left when the server ended, in whatever way, is done after its next start.
final class ErasureDesk implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ErasureDesk.class);

  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /// A journal that erases, and the database that is searched for that.
  record Place(SqlJournal journal, Path database) {}

  private final Path folder;
  private final List<Place> places;
  private final Consumer<ClientId> disconnect;
  private final Thread thread;
  private volatile boolean open = true;
  private long answeredAt = System.nanoTime() - LOOK_NANOS;

  /// @param disconnect ends the connections of a client, whose inbox is another from now on
  ErasureDesk(Path folder, List<Place> places, Consumer<ClientId> disconnect) {
    this.folder = folder;
    this.places = List.copyOf(places);
    this.disconnect = disconnect;
    thread = Thread.ofPlatform().name("erasure").daemon().start(this::run);
  }

  /// Ends it: what is under way goes on after the next start. The journals are closed before.
  @Override
  public void close() {
    open = false;
    LockSupport.unpark(thread);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    boolean troubled = false;
    while (open) {
      try {
        ErasureRequest request = ErasureRequest.read(folder);
        if (request != null) {
          erase(request);
        }
        troubled = false;
      } catch (IOException | RuntimeException e) {
        if (!troubled) {
          log.error("The data folder can't be looked through for clients to erase", e);
        }
        troubled = true;
      } catch (InterruptedException e) {
        return;
      }
      if (open) {
        LockSupport.parkNanos(LOOK_NANOS);
      }
    }
  }

  private void erase(ErasureRequest request) throws IOException, InterruptedException {
    request.answer(folder, ErasureRequest.State.WORKING, "0");
    try {
      for (Place place : places) {
        ClientId client = new ClientId(request.client());
        LongConsumer progress = found -> say(request, found);
        Runnable begun = () -> disconnect.accept(client);
        if (!place.journal.erase(client.value(), place.database, begun, progress)) {
          // The server ends.
          return;
        }
      }
      log.info("A client was erased");
      request.answer(folder, ErasureRequest.State.DONE, "-");
    } catch (IllegalArgumentException e) {
      request.answer(folder, ErasureRequest.State.UNUSABLE, "this is no client's id");
    } catch (ExecutionException e) {
      Throwable why = e.getCause() == null ? e : e.getCause();
      log.error("A client could not be erased", why);
      ErasureRequest.State state =
          why instanceof UnsoundException
              ? ErasureRequest.State.UNSOUND
              : ErasureRequest.State.UNUSABLE;
      request.answer(folder, state, String.valueOf(why.getMessage()));
    }
    ErasureRequest.remove(folder);
  }

  private void say(ErasureRequest request, long found) {
    long now = System.nanoTime();
    if (now - answeredAt >= LOOK_NANOS) {
      answeredAt = now;
      try {
        request.answer(folder, ErasureRequest.State.WORKING, Long.toString(found));
      } catch (IOException e) {
        log.debug("How far an erasure is can't be told", e);
      }
    }
  }
}
