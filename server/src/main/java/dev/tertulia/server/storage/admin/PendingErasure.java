package dev.tertulia.server.storage.admin;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Identifier;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The client that is being erased from a data folder, as a file in it, so that what was begun is
/// completed even if the server is killed. Only the server writes it, and reads it at start.
final class PendingErasure {
  static final String FILE = "erasure.pending";

  /// More than any client id needs.
  private static final int MOST_BYTES = 1024;

  private PendingErasure() {}

  /// @return `null` if there is none
  /// @throws IOException if the file can't be read, or does not contain a client id
  static @Nullable ClientId read(Path folder) throws IOException {
    String text = PrivateFiles.read(folder.resolve(FILE), MOST_BYTES);
    if (text == null) {
      return null;
    }
    String id = text.strip();
    if (!Identifier.isValid(id)) {
      throw new IOException("it does not contain a client id: " + folder.resolve(FILE));
    }
    return new ClientId(id);
  }

  static void write(Path folder, ClientId client) throws IOException {
    PrivateFiles.replace(folder.resolve(FILE), client.value() + "\n");
  }

  static void remove(Path folder) throws IOException {
    if (Files.deleteIfExists(folder.resolve(FILE))) {
      DataFolder.syncFolder(folder);
    }
  }

  /// Removes it if it is that client's.
  static void done(Path folder, String client) throws IOException {
    ClientId pending = read(folder);
    if (pending != null && pending.value().equals(client)) {
      remove(folder);
    }
  }
}
