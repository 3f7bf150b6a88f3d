package dev.tertulia.server.storage;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.storage.rows.EntryBody;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.ReactionRow;
import dev.tertulia.server.storage.rows.Row;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.storage.sql.Database;
import dev.tertulia.server.storage.sql.ReadSource;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A database with the log of one room, written row by row, and what it ought to hold.
public final class LogFixture implements AutoCloseable {
  public static final RoomName ROOM = new RoomName("sala");
  public static final TopicName TOPIC = TopicName.room(ROOM);
  public static final long ID = 7;

  public final Database database;
  private final TestStore store;
  private final DataFolder folder;
  public final Connection connection;

  /// Everything kept, oldest first.
  public final List<Publication> entries = new ArrayList<>();

  public final Map<Long, Long> edited = new HashMap<>();
  public final Map<Long, String> lastText = new HashMap<>();

  /// `target emoji client`, in the order in which they came.
  public final List<ReactionRow> reactions = new ArrayList<>();

  public Position floor = Position.START;
  public long head;
  private long time = 1_000_000;

  /// One in SQLite.
  public LogFixture(Path path) throws SQLException {
    this(path, TestStore.SQLITE);
  }

  public LogFixture(Path path, TestStore store) throws SQLException {
    this.store = store;
    folder = DataFolder.open(path);
    database = store.open(folder);
    connection = database.connect();
  }

  /// What reads what this writes; closed by the caller.
  public ReadSource reader() {
    return store.reader(folder);
  }

  /// The file of the one in SQLite.
  public Path file() {
    return folder.database();
  }

  public static ClientId client(int number) {
    return new ClientId("client-" + number);
  }

  /// Adds an entry at random, of whatever kind fits.
  public void addAny(RandomGenerator random, long term) throws SQLException {
    Entry.Chat chat =
        new Entry.Chat(
            client(random.nextInt(4)),
            "Añá",
            "texto " + head + " ñ".repeat(random.nextInt(20)),
            random.nextBoolean() ? null : head,
            random.nextInt(5) == 0 ? "{\"n\":[1, 2]}" : null,
            false);
    Publication target = entries.isEmpty() ? null : entries.get(random.nextInt(entries.size()));
    if (target == null
        || !(target.entry() instanceof Entry.Chat old)
        || old.deleted()
        || random.nextInt(3) == 0) {
      add(chat, term);
      return;
    }
    long offset = target.position() == null ? 0 : target.position().offset();
    ClientId client = client(random.nextInt(4));
    switch (random.nextInt(6)) {
      case 0 -> add(new Entry.Deletion(client, offset), term);
      case 1, 2 -> add(new Entry.Edit(client, offset, "nuevo " + head), term);
      default -> {
        String emoji = random.nextBoolean() ? "👍" : "🎉";
        boolean stands =
            reactions.stream()
                .anyMatch(row ->
                    row.target() == offset
                        && row.emoji().equals(emoji)
                        && row.client().equals(client.value()));
        add(new Entry.Reaction(client, offset, emoji, stands), term);
      }
    }
  }

  public Publication add(Entry.Kept entry, long term) throws SQLException {
    Position position = new Position(term, ++head);
    String request = head % 2 == 0 ? "r" + head : null;
    Publication publication =
        Publication.kept(
            TOPIC, position, ++time, request == null ? position.toString() : request, entry);
    insert(row(publication, request));
    entries.add(publication);
    switch (entry) {
      case Entry.Edit edit -> {
        edited.put(edit.target(), time);
        lastText.put(edit.target(), String.valueOf(edit.message()));
      }
      case Entry.Deletion deletion -> blank(deletion.target());
      case Entry.Reaction reaction -> react(reaction);
      case Entry.Chat chat -> {}
      case Entry.Notification notification -> {}
      case Entry.InboxRead read -> {}
      case Entry.Revocation revocation -> {}
      case Entry.Unreadable unreadable -> {}
    }
    return publication;
  }

  private static EntryRow row(Publication publication, @Nullable String request) {
    Entry.Kept entry = (Entry.Kept) publication.entry();
    Position position = Objects.requireNonNull(publication.position());
    return new EntryRow(
        ID,
        position.offset(),
        position.term(),
        publication.time(),
        EntryBody.kind(entry),
        entry.client().value(),
        request,
        entry instanceof Entry.Amendment amendment ? amendment.target() : null,
        entry instanceof Entry.Chat chat
            ? chat.deleted()
            : entry instanceof Entry.Edit edit && edit.message() == null,
        EntryBody.write(entry));
  }

  private void react(Entry.Reaction reaction) throws SQLException {
    ReactionRow row =
        new ReactionRow(ID, reaction.target(), reaction.emoji(), reaction.client().value(), head);
    if (reaction.removed()) {
      reactions.removeIf(old ->
          old.target() == row.target()
              && old.emoji().equals(row.emoji())
              && old.client().equals(row.client()));
      execute(
          "DELETE FROM reaction WHERE target = "
              + row.target()
              + " AND emoji = '"
              + row.emoji()
              + "' AND client = '"
              + row.client()
              + "'");
    } else {
      reactions.add(row);
      insert("reaction", ReactionRow.COLUMNS, row);
    }
  }

  private void blank(long target) throws SQLException {
    for (int i = 0; i < entries.size(); i++) {
      Publication old = entries.get(i);
      long offset = Objects.requireNonNull(old.position()).offset();
      boolean concerned =
          offset == target || (old.entry() instanceof Entry.Edit edit && edit.target() == target);
      if (concerned) {
        Entry.Kept blank = EntryBody.blank((Entry.Kept) old.entry());
        Publication blanked =
            Publication.kept(
                TOPIC, Objects.requireNonNull(old.position()), old.time(), old.id(), blank);
        entries.set(i, blanked);
        execute("DELETE FROM entry WHERE entry_offset = " + offset);
        insert(row(blanked, offset % 2 == 0 ? "r" + offset : null));
      }
    }
  }

  /// Cuts off what is oldest.
  public void trim(int count) throws SQLException {
    for (int i = 0; i < count; i++) {
      floor = Objects.requireNonNull(entries.removeFirst().position());
    }
    execute("DELETE FROM entry WHERE entry_offset <= " + floor.offset());
    execute("DELETE FROM reaction WHERE target <= " + floor.offset());
    reactions.removeIf(row -> row.target() <= floor.offset());
  }

  /// Writes the topic's row, and commits.
  public void commit() throws SQLException {
    execute("DELETE FROM topic");
    if (head > 0) {
      insert("topic", TopicRow.COLUMNS, row());
    }
    connection.commit();
  }

  /// The topic's row.
  public TopicRow row() {
    return new TopicRow(
        ID,
        1,
        ROOM.value(),
        head,
        floor.offset(),
        floor.term(),
        time,
        entries.size(),
        entries.stream()
            .mapToLong(entry -> EntryBody.write((Entry.Kept) entry.entry()).length)
            .sum());
  }

  void insert(EntryRow row) throws SQLException {
    insert("entry", EntryRow.COLUMNS, row);
  }

  public void insert(String table, String columns, Row row) throws SQLException {
    String marks = columns.replaceAll("\\w+", "?");
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO " + table + " (" + columns + ") VALUES (" + marks + ")")) {
      row.bind(insert);
      insert.executeUpdate();
    }
  }

  public void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
    folder.close();
  }
}
