package dev.tertulia.server.storage;

import dev.tertulia.server.protocol.Entry;
import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.Identifier;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.TopicName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Takes a client out of a data folder: what it sent, what was sent to it, and every trace of its
/// id. What it is told first is how much that is; nothing is changed until [#carryOut].
///
/// Entries keep their places, so everybody's positions stay good: a message becomes a deleted one
/// of the client [#ERASED], and so do the edits that others made to it. The inbox is emptied and
/// loses its name. Afterwards the database is written anew, so the text is in no file of the folder
/// either. What others wrote about the client is theirs, and stays.
public final class Erasure implements AutoCloseable {
  /// Who is told to have sent what was erased.
  static final String ERASED = ClientId.ERASED.value();

  private static final int PAGE = 1000;

  private final DataFolder folder;
  private final String client;
  private final LogTables tables;

  /// By how many bytes the bodies of a topic have changed.
  private final Map<Long, Long> grown = new HashMap<>();

  private long messages;
  private long notifications;
  private long reactions;
  private long others;
  private long received;
  private long requests;
  private long rooms;
  private long devices;
  private long known;

  /// How much there is of a client.
  ///
  /// @param messages chat messages that it sent, and edits
  /// @param notifications that it sent
  /// @param reactions that it made, also those that it took back
  /// @param received entries of its inbox
  /// @param requests that are remembered in case they come again
  /// @param rooms in which it is a member, has sent or has read
  /// @param devices of which it is known what they have of its inbox
  /// @param known 1 if it is known when it was here
  public record Counts(
      long messages,
      long notifications,
      long reactions,
      long received,
      long requests,
      long rooms,
      long devices,
      long known) {
    /// Whether there is nothing at all.
    public boolean isNothing() {
      return messages + notifications + reactions + received + requests + rooms + devices + known
          == 0;
    }
  }

  private Erasure(DataFolder folder, String client, LogTables tables) {
    this.folder = folder;
    this.client = client;
    this.tables = tables;
  }

  /// Finds all that there is of `client`, and holds the folder until [#close].
  ///
  /// @throws DataFolderException if there is no database, the folder is in use, or `client` is no
  ///   client's id
  /// @throws UnsoundException if a row is damaged
  public static Erasure of(Path folder, String client, Progress progress) {
    if (!Identifier.isValid(client) || new ClientId(client).isReserved()) {
      throw new DataFolderException(
          "this is no client's id: one is 1 to %d letters, digits and _ - . : @ = + | ~"
              .formatted(Identifier.MAX_LENGTH));
    }
    // Before the lock, which would make the folder.
    Snapshot.of(DataFolder.databaseIn(folder)).close();
    DataFolder data = DataFolder.open(folder);
    LogTables tables = null;
    try {
      tables = new LogTables(SqliteDatabase.lasting(data).connect());
      Erasure erasure = new Erasure(data, client, tables);
      erasure.prepare(progress);
      return erasure;
    } catch (SQLException e) {
      close(tables, data);
      throw UnsoundException.in(data.database(), e);
    } catch (LogException e) {
      close(tables, data);
      throw new UnsoundException(
          "nothing was erased, because the database is damaged: %s".formatted(e.getMessage()), e);
    } catch (RuntimeException e) {
      close(tables, data);
      throw e;
    }
  }

  private void prepare(Progress progress) throws SQLException {
    tables.lock();
    emptyInbox();
    long total = number("SELECT sum(entries) FROM topic");
    long seen = 0;
    long topic = 0;
    long offset = 0;
    for (List<EntryRow> page = page(topic, offset); !page.isEmpty(); page = page(topic, offset)) {
      for (EntryRow row : page) {
        erase(row);
      }
      seen += page.size();
      progress.at("entries of theirs found", seen, 0);
      topic = page.getLast().topicId();
      offset = page.getLast().offset();
    }
    progress.at("entries read", total, total);
    reactions = Math.max(reactions, update("DELETE FROM reaction WHERE client = ?"));
    requests += update("DELETE FROM request WHERE client = ?");
    rooms = update("DELETE FROM participant WHERE client = ?");
    devices = number("SELECT count(*) FROM device WHERE client = ?", client);
    known = number("SELECT count(*) FROM client WHERE client = ?", client);
    tables.removeClient(client);
    for (Map.Entry<Long, Long> change : grown.entrySet()) {
      TopicRow row = topic(change.getKey());
      tables.put(
          new TopicRow(
              row.id(),
              row.kind(),
              row.name(),
              row.head(),
              row.floor(),
              row.floorTerm(),
              row.time(),
              row.entries(),
              row.bytes() + change.getValue()));
    }
  }

  /// The inbox loses its entries and its name, and keeps its head, as every topic does.
  private void emptyInbox() throws SQLException {
    TopicRow inbox = tables.topic(TopicRow.kindOf(TopicName.Kind.INBOX), client);
    if (inbox == null) {
      return;
    }
    EntryRow last = tables.entry(inbox.id(), inbox.head());
    received = inbox.entries();
    for (String table : new String[] {"entry", "reaction", "request", "participant"}) {
      try (PreparedStatement statement = prepare("DELETE FROM " + table + " WHERE topic_id = ?")) {
        statement.setLong(1, inbox.id());
        int rows = statement.executeUpdate();
        if (table.equals("request")) {
          requests += rows;
        }
      }
    }
    tables.put(
        new TopicRow(
            inbox.id(),
            inbox.kind(),
            ERASED + ":" + inbox.id(),
            inbox.head(),
            inbox.head(),
            last == null ? inbox.floorTerm() : last.term(),
            inbox.time(),
            0,
            0));
  }

  private List<EntryRow> page(long topic, long offset) throws SQLException {
    List<EntryRow> page = new ArrayList<>();
    try (PreparedStatement statement =
        prepare(
            "SELECT "
                + EntryRow.COLUMNS
                + " FROM entry WHERE (topic_id, entry_offset) > (?, ?) AND client = ?"
                + " ORDER BY topic_id, entry_offset LIMIT "
                + PAGE)) {
      statement.setLong(1, topic);
      statement.setLong(2, offset);
      statement.setString(3, client);
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          page.add(EntryRow.read(result, 1));
        }
      }
    }
    return page;
  }

  private void erase(EntryRow row) throws SQLException {
    Entry.Kept entry = row.entry();
    switch (entry) {
      case Entry.Chat chat -> {
        messages++;
        for (EntryRow amendment : tables.amendments(row.topicId(), row.offset())) {
          if (EntryBody.isEdit(amendment.kind()) && !amendment.client().equals(client)) {
            replace(amendment, amendment.blanked());
            if (amendment.request() != null) {
              tables.blankRequest(row.topicId(), amendment.client(), amendment.request());
            }
          }
        }
        tables.removeReactions(row.topicId(), row.offset());
      }
      case Entry.Edit edit -> messages++;
      case Entry.Reaction reaction -> reactions++;
      case Entry.Notification notification -> notifications++;
      case Entry.Deletion deletion -> others++;
      case Entry.InboxRead read -> others++;
      case Entry.Revocation revocation -> others++;
    }
    replace(
        row,
        new EntryRow(
            row.topicId(),
            row.offset(),
            row.term(),
            row.time(),
            row.kind(),
            ERASED,
            null,
            row.target(),
            row.deleted() || hasText(entry),
            EntryBody.write(withoutText(entry))));
  }

  private static Entry.Kept withoutText(Entry.Kept entry) {
    return switch (entry) {
      case Entry.Chat chat -> new Entry.Chat(chat.client(), "", "", chat.replyTo(), null, true);
      case Entry.Edit edit -> new Entry.Edit(edit.client(), edit.target(), null);
      case Entry.Deletion deletion -> deletion;
      // Whoever replays it takes back what nobody has given.
      case Entry.Reaction reaction ->
          new Entry.Reaction(reaction.client(), reaction.target(), "~", true);
      case Entry.Notification notification -> notification.withoutText();
      case Entry.InboxRead read -> read;
      case Entry.Revocation revocation -> revocation;
    };
  }

  private static boolean hasText(Entry.Kept entry) {
    return entry instanceof Entry.Chat
        || entry instanceof Entry.Edit
        || entry instanceof Entry.Notification;
  }

  private void replace(EntryRow row, EntryRow by) throws SQLException {
    tables.replace(by);
    grown.merge(row.topicId(), (long) by.body().length - row.body().length, Long::sum);
  }

  private TopicRow topic(long id) throws SQLException {
    return tables.topicsAbove(id - 1, 1).getFirst();
  }

  private long number(String sql) throws SQLException {
    try (PreparedStatement statement = prepare(sql);
        ResultSet result = statement.executeQuery()) {
      return result.next() ? result.getLong(1) : 0;
    }
  }

  private long number(String sql, String parameter) throws SQLException {
    try (PreparedStatement statement = prepare(sql)) {
      statement.setString(1, parameter);
      try (ResultSet result = statement.executeQuery()) {
        return result.next() ? result.getLong(1) : 0;
      }
    }
  }

  private long update(String sql) throws SQLException {
    try (PreparedStatement statement = prepare(sql)) {
      statement.setString(1, client);
      return statement.executeUpdate();
    }
  }

  private PreparedStatement prepare(String sql) throws SQLException {
    return tables.connection().prepareStatement(sql);
  }

  /// How much there is of the client.
  public Counts counts() {
    return new Counts(
        messages + others, notifications, reactions, received, requests, rooms, devices, known);
  }

  /// Rooms whose name has the client's id in it, which others share and which stay; the first 20.
  public List<String> roomsNamedAfter() {
    List<String> names = new ArrayList<>();
    try (PreparedStatement statement =
        prepare("SELECT name FROM topic WHERE kind = 1 AND instr(name, ?) > 0 LIMIT 20")) {
      statement.setString(1, client);
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          names.add(result.getString(1));
        }
      }
    } catch (SQLException e) {
      throw UnsoundException.in(folder.database(), e);
    }
    return names;
  }

  /// Databases in the folder that a restore put aside, which this leaves alone.
  public List<Path> putAside() {
    try (Stream<Path> files = Files.list(folder.path())) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("replaced-"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  /// Erases, for good.
  ///
  /// @throws DataFolderException if the disk doesn't take it; whether it is done is said then
  public void carryOut(Progress progress) {
    Path database = folder.database();
    Path fresh = SqliteDatabase.beside(database, ".new");
    try {
      tables.connection().commit();
      tables.connection().setAutoCommit(true);
      if (!purge()) {
        throw new DataFolderException(
            "it is erased, but another program still reads what was, an export or a backup: do this again when that is done");
      }
      tables.close();
      try {
        CompactCopy.make(database, fresh, progress);
        Check.ofCopy(fresh, progress);
        // The log is empty: what it would be for is in the database.
        Files.deleteIfExists(SqliteDatabase.beside(database, "-wal"));
        Files.move(fresh, database, StandardCopyOption.ATOMIC_MOVE);
        Files.deleteIfExists(SqliteDatabase.beside(database, "-shm"));
        SqliteDatabase.remove(folder.memoryDatabase());
        DataFolder.syncFolder(folder.path());
      } finally {
        SqliteDatabase.remove(fresh);
      }
    } catch (SQLException e) {
      throw UnsoundException.in(database, e);
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  private boolean purge() throws SQLException {
    try (Statement statement = tables.connection().createStatement();
        ResultSet result = statement.executeQuery("PRAGMA wal_checkpoint(TRUNCATE)")) {
      return result.next() && result.getInt(1) == 0;
    }
  }

  private DataFolderException cannotWrite(IOException e) {
    return new DataFolderException(
        "the data folder %s can't be written anew: %s. Make room and do this again"
            .formatted(folder.path(), DataFolder.reason(e)),
        e);
  }

  /// Lets the folder go; what was not carried out never happened.
  @Override
  public void close() {
    close(tables, folder);
  }

  private static void close(@Nullable LogTables tables, DataFolder folder) {
    try (folder) {
      if (tables != null) {
        tables.close();
      }
    } catch (SQLException e) {
      throw UnsoundException.in(folder.database(), e);
    }
  }
}
