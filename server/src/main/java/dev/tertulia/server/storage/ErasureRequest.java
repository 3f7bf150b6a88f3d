package dev.tertulia.server.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// The wish that a client be erased, in the data folder of a server that runs: in `erase.request`,
/// which stays until it is done, so that a server that was killed goes on with it; and what the
/// server says to it, in `erase.answer`, without the client's id.
///
/// @param token drawn by whoever asks, so that nobody takes the answer to another for his
record ErasureRequest(String token, String client) {
  private static final String REQUEST = "erase.request";
  private static final String ANSWER = "erase.answer";

  /// What the server says.
  ///
  /// @param words how far it is, or why it can't be done
  record Answer(String token, State state, String words) {}

  enum State {
    WORKING,
    DONE,
    /// It can't be done.
    UNUSABLE,
    /// A row is damaged.
    UNSOUND
  }

  /// The wish in `folder`; `null` if there is none.
  static @Nullable ErasureRequest read(Path folder) throws IOException {
    String[] parts = parts(folder.resolve(REQUEST), 2);
    return parts == null ? null : new ErasureRequest(parts[0], parts[1]);
  }

  /// Leaves the wish in `folder`, in place of any other.
  void leave(Path folder) throws IOException {
    Files.deleteIfExists(folder.resolve(ANSWER));
    write(folder.resolve(REQUEST), token + " " + client);
  }

  /// Takes the wish back; it is done, or can't be.
  static void remove(Path folder) throws IOException {
    Files.deleteIfExists(folder.resolve(REQUEST));
    DataFolder.syncFolder(folder);
  }

  /// What the server says to this one; `null` if it has said nothing.
  @Nullable Answer answer(Path folder) throws IOException {
    String[] parts = parts(folder.resolve(ANSWER), 3);
    return parts == null || !parts[0].equals(token)
        ? null
        : new Answer(parts[0], State.valueOf(parts[1]), parts[2]);
  }

  /// Says it.
  void answer(Path folder, State state, String words) throws IOException {
    write(folder.resolve(ANSWER), token + " " + state + " " + words.replaceAll("\\s+", " "));
  }

  /// The answer was read.
  static void removeAnswer(Path folder) throws IOException {
    Files.deleteIfExists(folder.resolve(ANSWER));
  }

  private static String @Nullable [] parts(Path file, int count) throws IOException {
    String[] parts;
    try {
      parts = Files.readString(file).strip().split(" ", count);
    } catch (NoSuchFileException e) {
      return null;
    }
    return parts.length == count ? parts : null;
  }

  /// Whoever reads the file finds all of it, or what was there before.
  private static void write(Path file, String line) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    DataFolder.syncFolder(file.toAbsolutePath().getParent());
  }
}
