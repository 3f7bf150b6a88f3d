package dev.tertulia.server.storage.admin;

import dev.tertulia.server.storage.CorruptionException;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A request of a command to the server that uses a data folder. It is a file in the folder,
/// `erase.request` or `import.request`, until it is done, so that a server that was killed
/// continues with it; the answers of the server, in `erase.answer` or `import.answer`, do not
/// contain the subject.
///
/// @param token chosen at random by the command, so that it recognizes its own answer
/// @param subject the client to erase, or the file to import
public record FolderRequest(Kind kind, String token, String subject) {
  private static final Duration POLL = Duration.ofMillis(50);

  /// How long the command waits.
  ///
  /// @param answer how long a server has to say that it has found the request
  /// @param comeBack how long no server must have come back to the folder before it is taken
  public record Patience(Duration answer, Duration comeBack) {
    /// A supervisor starts a server again within seconds.
    static final Patience DEFAULT = new Patience(Duration.ofSeconds(20), Duration.ofSeconds(10));
  }

  /// The maximum size of a request or an answer.
  private static final int MOST_BYTES = 16 * 1024;

  /// The kind of a request.
  public enum Kind {
    ERASE("another client is being erased"),
    IMPORT("another file is being imported");

    private final String busy;

    Kind(String busy) {
      this.busy = busy;
    }

    private Path file(Path folder, String end) {
      return folder.resolve(name().toLowerCase(Locale.ROOT) + end);
    }

    Path request(Path folder) {
      return file(folder, ".request");
    }

    private Path answer(Path folder) {
      return file(folder, ".answer");
    }
  }

  /// What the server says.
  ///
  /// @param words the progress, the result, or the reason of a failure
  private record Answer(State state, String words) {}

  enum State {
    WORKING,
    DONE,
    /// It can't be done.
    UNUSABLE,
    /// A row, or a line, is damaged.
    UNSOUND
  }

  /// What came of it: one of the two.
  ///
  /// @param words what the server says of what it has done
  /// @param held the folder, which no server has any more: it is still to be done
  record Ended(@Nullable String words, @Nullable DataFolder held) {}

  /// The request of that kind in `folder`; `null` if there is none.
  public static @Nullable FolderRequest read(Path folder, Kind kind) throws IOException {
    String[] parts = parts(kind.request(folder), 2);
    return parts == null ? null : new FolderRequest(kind, parts[0], parts[1]);
  }

  /// Asks the server that runs on `folder`, and waits until it has done it, or is gone for good.
  /// One that is started again goes first, and goes on with it.
  ///
  /// @param working receives progress messages of the server
  /// @param noting receives messages for people
  /// @throws DataFolderException if it can't be done, or the process that holds the folder is not a
  ///   server
  /// @throws CorruptionException if something is damaged
  public static Ended ask(
      Path folder,
      Kind kind,
      String subject,
      Patience patience,
      Consumer<String> working,
      Consumer<String> noting)
      throws IOException {
    FolderRequest request = leave(folder, kind, subject);
    long began = System.nanoTime();
    boolean heard = false;
    boolean free = false;
    long freeSince = 0;
    while (true) {
      Answer answer = request.answer(folder);
      if (answer != null) {
        heard = true;
        if (answer.state == State.WORKING) {
          working.accept(answer.words);
        } else {
          Files.deleteIfExists(kind.answer(folder));
          return ended(answer);
        }
      }
      long now = System.nanoTime();
      if (!DataFolder.isFree(folder)) {
        began = free ? now : began;
        free = false;
      } else if (!free) {
        free = true;
        freeSince = now;
        noting.accept(
            "The server on %s has stopped. Waiting %s s for it to come back; then this command does the work itself."
                .formatted(folder, patience.comeBack.toSeconds()));
      } else if (now - freeSince >= patience.comeBack.toNanos()) {
        DataFolder held = DataFolder.openUnlessTaken(folder);
        if (held != null) {
          return new Ended(null, held);
        }
      }
      if (!free && !heard && now - began > patience.answer.toNanos()) {
        remove(folder, kind);
        throw new DataFolderException(
            "the data folder %s is in use by another process%s that is not a server, or is busy: run this again when it has finished"
                .formatted(folder, DataFolder.ownerOf(folder)));
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  private static Ended ended(Answer answer) {
    return switch (answer.state) {
      case UNUSABLE -> throw new DataFolderException(answer.words);
      case UNSOUND -> throw new CorruptionException(answer.words);
      case WORKING, DONE -> new Ended(answer.words, null);
    };
  }

  /// Leaves a request in `folder`, unless the same was left before.
  private static FolderRequest leave(Path folder, Kind kind, String subject) throws IOException {
    FolderRequest before = read(folder, kind);
    if (before != null) {
      if (!before.subject.equals(subject)) {
        throw new DataFolderException(kind.busy + ": run this again when that has finished");
      }
      return before;
    }
    String token = Long.toHexString(new SecureRandom().nextLong());
    Files.deleteIfExists(kind.answer(folder));
    PrivateFiles.replace(kind.request(folder), token + " " + subject + "\n");
    return new FolderRequest(kind, token, subject);
  }

  /// Removes the request, which is done or can't be done.
  static void remove(Path folder, Kind kind) throws IOException {
    Files.deleteIfExists(kind.request(folder));
    DataFolder.syncFolder(folder);
  }

  /// The work was done without a server, so the request is removed.
  static void doneHere(Path folder, Kind kind, String subject) throws IOException {
    FolderRequest before = read(folder, kind);
    if (before != null && before.subject.equals(subject)) {
      remove(folder, kind);
      Files.deleteIfExists(kind.answer(folder));
    }
  }

  /// What the server says to this one; `null` if it has said nothing.
  private @Nullable Answer answer(Path folder) throws IOException {
    String[] parts = parts(kind.answer(folder), 3);
    return parts == null || !parts[0].equals(token)
        ? null
        : new Answer(State.valueOf(parts[1]), parts[2]);
  }

  /// Says it.
  void answer(Path folder, State state, String words) throws IOException {
    PrivateFiles.replace(
        kind.answer(folder), token + " " + state + " " + words.replaceAll("\\s+", " ") + "\n");
  }

  private static String @Nullable [] parts(Path file, int count) throws IOException {
    String line = PrivateFiles.read(file, MOST_BYTES);
    String[] parts = line == null ? new String[0] : line.strip().split(" ", count);
    return parts.length == count ? parts : null;
  }
}
