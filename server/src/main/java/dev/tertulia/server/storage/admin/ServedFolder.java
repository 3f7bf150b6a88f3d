package dev.tertulia.server.storage.admin;

import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.FolderServer;
import dev.tertulia.server.storage.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// A data folder that was in use when a command came to it: has the server that uses it do the
/// work, or takes the folder when that has gone for good. A server that is started again has
/// precedence, and is asked again. For one thread.
final class ServedFolder {
  private static final Duration POLL = Duration.ofMillis(100);

  /// How long a command waits.
  ///
  /// @param answer how long a server has to let itself be asked
  /// @param comeBack how long no server must have come back to the folder before it is taken
  record Patience(Duration answer, Duration comeBack) {
    /// A supervisor starts a server again within seconds.
    static final Patience DEFAULT = new Patience(Duration.ofSeconds(20), Duration.ofSeconds(10));
  }

  private final Path folder;
  private final FolderServer server;
  private final Patience patience;
  private final Progress progress;

  ServedFolder(Path folder, FolderServer server, Patience patience, Progress progress) {
    this.folder = folder;
    this.server = server;
    this.patience = patience;
    this.progress = progress;
  }

  /// What came of it.
  sealed interface Outcome {}

  /// The server has done it.
  record Done(FolderServer.Reply reply) implements Outcome {}

  /// No server has the folder any more: it is still to be done.
  record Taken(DataFolder held) implements Outcome {}

  /// Waits until the server has done `work`, or the folder is taken.
  ///
  /// @throws DataFolderException if the server can't do it, or the process that holds the folder is
  ///   not a server
  /// @throws dev.tertulia.server.storage.CorruptionException if something is damaged
  Outcome ask(FolderServer.Work work) throws IOException {
    long began = System.nanoTime();
    boolean free = false;
    long freeSince = 0;
    while (true) {
      switch (server.ask(folder, work, progress)) {
        case FolderServer.Erased erased -> {
          return new Done(erased);
        }
        case FolderServer.Imported imported -> {
          return new Done(imported);
        }
        case FolderServer.Lost _ -> began = System.nanoTime();
        case FolderServer.Silent _ -> {
          // It is looked whether there is a server.
        }
      }
      long now = System.nanoTime();
      if (!DataFolder.isFree(folder)) {
        began = free ? now : began;
        free = false;
        if (now - began > patience.answer.toNanos()) {
          throw new DataFolderException(
              "the data folder %s is in use by another process%s that is not a server, or is busy: run this again when it has finished"
                  .formatted(folder, DataFolder.ownerOf(folder)));
        }
      } else if (!free) {
        free = true;
        freeSince = now;
        progress.note(
            "The server on %s has stopped. Waiting %s s for it to come back; then this command does the work itself."
                .formatted(folder, patience.comeBack.toSeconds()));
      } else if (now - freeSince >= patience.comeBack.toNanos()) {
        DataFolder held = DataFolder.openUnlessTaken(folder);
        if (held != null) {
          return new Taken(held);
        }
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
  }
}
