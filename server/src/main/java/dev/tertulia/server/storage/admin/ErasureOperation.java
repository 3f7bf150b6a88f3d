package dev.tertulia.server.storage.admin;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Identifier;
import dev.tertulia.server.storage.CorruptionException;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.DataFolderOperations;
import dev.tertulia.server.storage.DataFolderOperations.ErasureCounts;
import dev.tertulia.server.storage.FolderServer;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.journal.TopicCache;
import dev.tertulia.server.storage.journal.WriteBatch;
import dev.tertulia.server.storage.rows.EntryBody;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.storage.sql.Snapshot;
import dev.tertulia.server.storage.sqlite.CompactCopy;
import dev.tertulia.server.storage.sqlite.SqliteDatabase;
import dev.tertulia.server.storage.sqlite.SqliteSnapshot;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.TopicName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Erases a client from a data folder: what it sent, what was sent to it, and every trace of its
/// id. First it reports how much that is; nothing is changed until [#carryOut].
///
/// Entries keep their positions, so all positions of clients stay valid: a message becomes a
/// deleted message of the client `~erased`, and so do edits of it by others. The inbox is emptied
/// and loses its name. Then the database is rewritten, so that the texts are not in any file of the
/// folder. What other clients wrote about the client belongs to them, and stays.
///
/// Without a running server this class does the work itself, in one step. A running server is asked
/// through a [FolderServer], and keeps serving other clients meanwhile.
public final class ErasureOperation implements DataFolderOperations.Erasure {
  private final Path folder;
  private final String client;
  private final ErasureCounts counts;
  private final List<String> rooms;
  private final FolderServer server;

  /// `null` if a server has it.
  private @Nullable DataFolder held;

  private ErasureOperation(
      Path folder,
      String client,
      ErasureCounts counts,
      List<String> rooms,
      FolderServer server,
      @Nullable DataFolder held) {
    this.folder = folder;
    this.client = client;
    this.counts = counts;
    this.rooms = List.copyOf(rooms);
    this.server = server;
    this.held = held;
  }

  /// Finds all that there is of `client`, and holds the folder until [#close], unless a server
  /// does.
  ///
  /// @param server asked to do it if a server has the folder
  /// @throws DataFolderException if there is no database, or `client` is not a client id
  /// @throws CorruptionException if the database is damaged
  public static ErasureOperation of(
      Path folder, String client, FolderServer server, Progress progress) {
    requireClient(client);
    DataFolder held = null;
    try (Snapshot snapshot = SqliteSnapshot.of(DataFolder.databaseIn(folder))) {
      held = DataFolder.openUnlessTaken(folder);
      LogTables tables = new LogTables(snapshot.connection());
      long entries = snapshot.number("SELECT coalesce(sum(entries), 0) FROM topic");
      progress.at("entries read", 0, entries);
      ErasureCounts counts = counts(tables, client);
      progress.at("entries read", entries, entries);
      return new ErasureOperation(
          folder, client, counts, roomsNamedAfter(tables, client), server, held);
    } catch (SQLException e) {
      close(held);
      throw CorruptionException.in(DataFolder.databaseIn(folder), e);
    } catch (RuntimeException e) {
      close(held);
      throw e;
    }
  }

  static void requireClient(String client) {
    if (!Identifier.isValid(client) || new ClientId(client).isServer()) {
      throw new DataFolderException(
          "invalid client id: an id has 1 to %s letters, digits and _ - . : @ = + | ~"
              .formatted(Identifier.MAX_LENGTH));
    }
  }

  static ErasureCounts counts(LogTables tables, String client) throws SQLException {
    TopicRow inbox = tables.topic(TopicRow.kindOf(TopicName.Kind.INBOX), client);
    long own = inbox == null ? 0 : inbox.id();
    long messages = 0;
    long notifications = 0;
    long reactions = 0;
    try (ResultSet kinds =
        tables.query(
            "SELECT kind, count(*) FROM entry WHERE client = ? AND topic_id <> ? GROUP BY kind",
            in -> {
              in.text(client);
              in.number(own);
            })) {
      while (kinds.next()) {
        int kind = kinds.getInt(1);
        if (EntryBody.isNotification(kind)) {
          notifications += kinds.getLong(2);
        } else if (EntryBody.isReaction(kind)) {
          reactions += kinds.getLong(2);
        } else {
          messages += kinds.getLong(2);
        }
      }
    }
    return new ErasureCounts(
        messages,
        notifications,
        reactions,
        inbox == null ? 0 : inbox.entries(),
        count(tables, "request WHERE topic_id = " + own + " OR client = ?", client),
        count(tables, "participant WHERE client = ?", client),
        count(tables, "device WHERE client = ?", client),
        count(tables, "client WHERE client = ?", client));
  }

  private static long count(LogTables tables, String rows, String client) throws SQLException {
    try (ResultSet result = tables.query("SELECT count(*) FROM " + rows, in -> in.text(client))) {
      return result.next() ? result.getLong(1) : 0;
    }
  }

  static List<String> roomsNamedAfter(LogTables tables, String client) throws SQLException {
    List<String> names = new ArrayList<>();
    try (ResultSet result =
        tables.query(
            "SELECT name FROM topic WHERE kind = 1 AND replace(name, ?, '') <> name LIMIT 20",
            in -> in.text(client))) {
      while (result.next()) {
        names.add(result.getString(1));
      }
    }
    return names;
  }

  /// Whether a server has the folder, and would do it.
  @Override
  public boolean isServed() {
    return held == null;
  }

  /// How much there is of the client.
  @Override
  public ErasureCounts counts() {
    return counts;
  }

  /// Rooms whose name has the client's id in it, which others share and which stay; the first 20.
  @Override
  public List<String> roomsNamedAfter() {
    return rooms;
  }

  /// Databases in the folder that a restore put aside, which this leaves alone.
  @Override
  public List<Path> putAside() {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("replaced-"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  /// Erases, for good. Waits for the server that does it, if one runs; should that end meanwhile,
  /// this does the rest.
  ///
  /// @throws DataFolderException if the disk can't be written, or the folder is in use by a process
  ///   that is not a server; the message says whether the client was erased
  /// @throws CorruptionException if a row is damaged; without a server nothing is erased then
  @Override
  public void carryOut(Progress progress) {
    carryOut(progress, ServedFolder.Patience.DEFAULT);
  }

  /// As above.
  ///
  /// @param patience how long a server has to answer, and to come back
  void carryOut(Progress progress, ServedFolder.Patience patience) {
    try {
      if (held == null) {
        ServedFolder served = new ServedFolder(folder, server, patience, progress);
        switch (served.ask(new FolderServer.Erase(client))) {
          case ServedFolder.Done _ -> {
            return;
          }
          case ServedFolder.Taken(DataFolder taken) -> held = taken;
        }
      }
      eraseHere(progress);
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  private void eraseHere(Progress progress) throws IOException {
    DataFolder data = held;
    if (data == null) {
      throw new IllegalStateException("locking the folder");
    }
    Path database = data.database();
    try (LogTables tables = new LogTables(SqliteDatabase.lasting(data).connect())) {
      erase(tables, client, progress);
      tables.connection().commit();
      tables.connection().setAutoCommit(true);
      if (!purge(tables)) {
        throw new DataFolderException(
            "the client is erased, but another program, an export or a backup, still reads the old"
                + " data: run this again when it has finished");
      }
    } catch (LogException e) {
      throw new CorruptionException(
          "nothing was erased, because the database is damaged: %s".formatted(e.getMessage()), e);
    } catch (SQLException e) {
      throw CorruptionException.in(database, e);
    }
    Path fresh = SqliteDatabase.beside(database, ".new");
    try {
      CompactCopy.make(database, fresh, progress);
      Check.ofCopy(fresh, progress);
      CompactCopy.replace(data, fresh);
      SqliteDatabase.remove(data.memoryDatabase());
      PendingErasure.done(folder, client);
      DataFolder.syncFolder(folder);
    } finally {
      SqliteDatabase.remove(fresh);
    }
  }

  /// Erases a client in the one transaction of `tables`, which the caller commits.
  static void erase(LogTables tables, String client, Progress progress) throws SQLException {
    ErasureSql steps = new ErasureSql(client);
    TopicCache topicCache = new TopicCache(tables);
    tables.lock();
    inBatch(tables, writeBatch -> steps.begin(tables, topicCache, writeBatch));
    long[] found = new long[1];
    steps.search(
        tables,
        page -> {
          inBatch(
              tables,
              writeBatch -> {
                for (ErasureSql.Found row : page) {
                  steps.erase(tables, topicCache, writeBatch, row);
                }
              });
          found[0] += page.size();
          progress.at("rows found", found[0], 0);
        });
    boolean[] more = {true};
    while (more[0]) {
      inBatch(
          tables,
          writeBatch ->
              more[0] = steps.emptyInboxes(tables, topicCache, writeBatch, Long.MAX_VALUE));
    }
  }

  private interface Step {
    void in(WriteBatch writeBatch) throws SQLException;
  }

  /// Does a part of the one transaction that all this is.
  private static void inBatch(LogTables tables, Step step) throws SQLException {
    WriteBatch writeBatch = new WriteBatch(0, 0, System.currentTimeMillis());
    step.in(writeBatch);
    writeBatch.storeTopics(tables);
    writeBatch.release();
  }

  private static boolean purge(LogTables tables) throws SQLException {
    try (Statement statement = tables.connection().createStatement();
        ResultSet result = statement.executeQuery("PRAGMA wal_checkpoint(TRUNCATE)")) {
      return result.next() && result.getInt(1) == 0;
    }
  }

  private DataFolderException cannotWrite(IOException e) {
    return new DataFolderException(
        "cannot rewrite the data folder %s: %s. Free disk space and run this again"
            .formatted(folder, DataFolder.reason(e)),
        e);
  }

  /// Lets the folder go; what was not carried out never happened.
  @Override
  public void close() {
    close(held);
  }

  private static void close(@Nullable DataFolder folder) {
    if (folder != null) {
      folder.close();
    }
  }
}
