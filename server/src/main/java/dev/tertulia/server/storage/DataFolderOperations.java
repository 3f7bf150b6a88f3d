package dev.tertulia.server.storage;

import dev.tertulia.server.auth.key.ApiKey;
import dev.tertulia.server.model.PostgresAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What an operator can do with a data folder, whether a server uses it or not. The operations
/// throw [DataFolderException] if the folder or a file can't be used, and [CorruptionException] if
/// stored data is damaged; the messages say what was changed.
public interface DataFolderOperations {
  /// The same operations on a PostgreSQL database: the folder is then that of a server which may
  /// use it. [#backup] and [#restore] are refused, with the programs of PostgreSQL for that.
  DataFolderOperations over(PostgresAddress database);

  /// Copies the database of `folder` to `target`, which must not exist.
  BackupReport backup(Path folder, Path target, Progress progress);

  /// What was copied.
  record BackupReport(long topics, long entries, long bytes) {}

  /// Replaces the database of `folder` with `backup`. No server may use the folder.
  ///
  /// @param replace whether an existing database may be moved aside
  RestoreReport restore(Path folder, Path backup, boolean replace, Progress progress);

  /// What was restored.
  ///
  /// @param aside the folder in which the previous database is now, as a separate data folder;
  ///   `null` if there was none
  record RestoreReport(long topics, long entries, @Nullable Path aside) {}

  /// Verifies `folder` and changes nothing.
  CheckReport check(Path folder, Progress progress);

  /// What is stored.
  ///
  /// @param findings empty if nothing is damaged
  record CheckReport(long topics, long entries, List<Finding> findings) {
    /// @param findings empty if nothing is damaged
    public CheckReport {
      findings = List.copyOf(findings);
    }
  }

  /// A detected problem.
  ///
  /// @param place the location, without texts of people
  /// @param remedy what to do
  record Finding(String place, String what, String remedy) {}

  /// Writes the contents of `folder` to `out` as lines of JSON. `out` is flushed and stays open.
  /// Entries that can't be read are reported and exported as deleted messages.
  ///
  /// @param findings receives a description of each damaged item
  /// @param skipDamaged whether other damaged data is skipped, rather than ending the export
  /// @throws IOException if `out` can't be written
  ExportReport export(
      Path folder,
      OutputStream out,
      Consumer<String> findings,
      boolean skipDamaged,
      Progress progress)
      throws IOException;

  /// What was written.
  ///
  /// @param damaged the number of findings
  record ExportReport(long topics, long entries, long damaged) {}

  /// Adds the lines of an export to `folder`, which is created if needed: all, or none.
  ///
  /// @throws IOException if the file can't be read
  ImportReport importLines(Path folder, Path file, Progress progress) throws IOException;

  /// As above, from a stream.
  ImportReport importLines(Path folder, InputStream in, Progress progress) throws IOException;

  /// What was imported.
  ///
  /// @param topics the number of topics in the export
  /// @param added entries that were not there
  /// @param present entries that were there
  /// @param deleted those of `present` whose text is gone on one side, and so on both now
  /// @param older entries that the retention of the folder has removed, which are not added again
  record ImportReport(long topics, long added, long present, long deleted, long older) {}

  /// Opens the API keys of `folder`, which is created if needed, and holds the folder until the
  /// result is closed.
  ///
  /// @return `null` if a server or another command uses the folder
  @Nullable Keys keys(Path folder);

  /// The API keys of a folder that no server uses. For one thread.
  interface Keys extends AutoCloseable {
    /// All keys, by name.
    ///
    /// @throws CorruptionException if one is damaged
    List<ApiKey> all();

    /// Stores a key.
    ///
    /// @return `false` if a key has that name; nothing is stored then
    boolean add(ApiKey key);

    /// Removes the key with a name.
    ///
    /// @return `false` if there is none
    boolean remove(String name);

    /// Releases the folder.
    @Override
    void close();
  }

  /// Finds everything about `client`, and holds the folder until the result is closed, unless a
  /// server does.
  Erasure erasure(Path folder, String client, Progress progress);

  /// The erasure of one client. Nothing is changed until [#carryOut].
  interface Erasure extends AutoCloseable {
    /// What is stored about the client.
    ErasureCounts counts();

    /// Whether a server uses the folder, and would do the work.
    boolean isServed();

    /// Rooms whose names contain the id of the client, which others share and which stay; the first
    /// 20.
    List<String> roomsNamedAfter();

    /// Databases in the folder that a restore moved aside, which stay as they are.
    List<Path> putAside();

    /// Erases the client, for good. Waits for the server that does it, if one runs; if that ends
    /// meanwhile, this does the rest.
    void carryOut(Progress progress);

    /// Releases the folder.
    @Override
    void close();
  }

  /// How much is stored about a client.
  ///
  /// @param messages chat messages that it sent, edits and deletions
  /// @param notifications that it sent
  /// @param reactions that it made, also those that it took back
  /// @param received entries of its inbox
  /// @param requests that are remembered in case they are repeated
  /// @param rooms in which it is a member, has sent or has read
  /// @param devices of which it is known what they have of its inbox
  /// @param known 1 if it is known when it was connected
  record ErasureCounts(
      long messages,
      long notifications,
      long reactions,
      long received,
      long requests,
      long rooms,
      long devices,
      long known) {
    /// Whether nothing is stored.
    public boolean isNothing() {
      return messages + notifications + reactions + received + requests + rooms + devices + known
          == 0;
    }
  }
}
