package dev.tertulia.server.storage;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.storage.DataFolderOperations.ImportReport;
import java.nio.file.Path;
import java.time.Duration;

/// What a running server can do with its own data folder while it serves: one operation at a time.
/// Safe for any thread.
public interface OnlineOperations extends AutoCloseable {
  /// Begins to erase a client, or returns the operation that does. It goes on even if nobody waits
  /// for it, and after the next start if the server ends before, in any way.
  Start erase(ClientId client);

  /// Begins to import a file, or returns the operation that does. It is cancelled if nobody waits
  /// for it any more before all lines are checked, which changes nothing.
  ///
  /// @param file must be absolute
  Start importLines(Path file);

  /// Waits a moment for the operation in progress. The journals are closed before.
  @Override
  default void close() {}

  /// What became of the request for an operation.
  sealed interface Start {}

  /// It has begun. The caller must call [Operation#leave] in the end.
  record Begun(Operation operation) implements Start {}

  /// Another one is in progress, which must end first.
  record Busy(Kind with) implements Start {}

  /// The kind of an operation.
  enum Kind {
    ERASURE,
    IMPORT
  }

  /// An operation, in progress or ended.
  interface Operation {
    /// Waits for its end.
    ///
    /// @param most the longest time to wait; [Working] is returned after that
    State await(Duration most) throws InterruptedException;

    /// Tells that the caller does not wait for it any more.
    void leave();
  }

  /// How far an operation is.
  sealed interface State {}

  /// It is in progress.
  ///
  /// @param what is being done, in a few words, such as `rows found`
  /// @param done how many so far
  record Working(String what, long done) implements State {}

  /// The client is erased.
  record Erased() implements State {}

  /// The file is imported.
  record Imported(ImportReport report) implements State {}

  /// It can't be done.
  ///
  /// @param why in a sentence, with what to do; it does not contain texts of people
  /// @param damaged whether stored data or a line of the file is damaged, and otherwise something
  ///   could not be read or written
  record Failed(String why, boolean damaged) implements State {}

  /// The server ends, or nobody waited for it.
  record Stopped() implements State {}
}
