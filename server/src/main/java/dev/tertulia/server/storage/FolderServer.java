package dev.tertulia.server.storage;

import dev.tertulia.server.storage.DataFolderOperations.ImportReport;
import java.io.IOException;
import java.nio.file.Path;

/// The server that uses a data folder, as a command of the operator asks it to work.
@FunctionalInterface
public interface FolderServer {
  /// There is none.
  FolderServer NONE = (folder, work, progress) -> new Silent();

  /// Asks the server that uses `folder`, and waits until it has done the work or has ended.
  ///
  /// @throws DataFolderException if the server can't do it
  /// @throws CorruptionException if stored data, or a line of the file, is damaged
  /// @throws IOException if the files that the server has left in the folder can't be read
  Reply ask(Path folder, Work work, Progress progress) throws IOException;

  /// What the server is to do.
  sealed interface Work {}

  /// Erase a client.
  record Erase(String client) implements Work {}

  /// Import a file.
  ///
  /// @param file absolute
  /// @param bytes its length, for the progress
  record ImportFile(Path file, long bytes) implements Work {}

  /// What the server says.
  sealed interface Reply {}

  /// The client is erased.
  record Erased() implements Reply {}

  /// The file is imported.
  record Imported(ImportReport report) implements Reply {}

  /// No server answers there that knows the operator: it has ended, or does not yet listen.
  record Silent() implements Reply {}

  /// A server has begun, and has ended before it was done.
  record Lost() implements Reply {}
}
