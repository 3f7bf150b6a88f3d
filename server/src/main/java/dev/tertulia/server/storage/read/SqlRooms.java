package dev.tertulia.server.storage.read;

import dev.tertulia.server.chat.RoomLog;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.Identifier;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.ParticipantRow;
import dev.tertulia.server.storage.rows.ReactionRow;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.storage.sql.Columns.Binder;
import dev.tertulia.server.storage.sql.Querying;
import dev.tertulia.server.storage.sql.ReadConnection;
import dev.tertulia.server.storage.sql.ReadDatabase;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Reads the current state of rooms from one database. A page takes five queries, regardless of the
/// number of messages; it ends early where its text would exceed [TextBytes#OF_PAGE], and reports
/// that there is more.
public final class SqlRooms implements RoomLog {
  /// What is read here may have many rows, but whether a client is on a list.
  private static final String KIND = "rooms";

  /// The number of reactions of a page above which they are counted by the database instead of
  /// being read.
  private static final int ONE_BY_ONE = 10_000;

  /// How many rooms are asked for by name in one query.
  private static final int NAMED = 200;

  private static final int TOPIC_COLUMNS = TopicRow.COLUMNS.split(",").length;
  private static final int PARTICIPANT_COLUMNS = ParticipantRow.COLUMNS.split(",").length;

  /// The columns of the messages whose offsets are chosen in the index of messages alone.
  private static final String MESSAGES =
      "SELECT "
          + EntryRow.COLUMNS
          + " FROM entry WHERE topic_id = ? AND entry_offset IN"
          + " (SELECT entry_offset FROM entry WHERE topic_id = ? AND kind = 1 AND entry_offset ";

  static final String BEFORE =
      MESSAGES + "< ? ORDER BY entry_offset DESC LIMIT ?) ORDER BY entry_offset DESC";

  static final String AFTER = MESSAGES + "> ? ORDER BY entry_offset LIMIT ?) ORDER BY entry_offset";

  /// How many entries there are between two offsets, and how many of them are messages: from the
  /// rows, found by their key, and not from the index of messages.
  static final String ALL =
      "SELECT count(*), count(CASE kind WHEN 1 THEN 1 END) FROM entry"
          + " WHERE topic_id = ? AND entry_offset BETWEEN ? AND ?";

  /// The last edit of each message between two offsets.
  static final String EDITS =
      "SELECT "
          + EntryRow.COLUMNS.replaceAll("(\\w+)", "edit.$1")
          + " FROM entry AS message JOIN entry AS edit ON edit.topic_id = message.topic_id"
          + " AND edit.entry_offset = (SELECT max(last.entry_offset) FROM entry AS last"
          + " WHERE last.topic_id = message.topic_id AND last.target = message.entry_offset"
          + " AND last.kind = 2)"
          + " WHERE message.topic_id = ? AND message.kind = 1"
          + " AND message.entry_offset BETWEEN ? AND ?";

  static final String REACTIONS =
      "SELECT "
          + ReactionRow.COLUMNS
          + " FROM reaction WHERE topic_id = ? AND target BETWEEN ? AND ?";

  /// Messages of others that are not deleted, past an offset, as many as are counted.
  private static final String UNREAD =
      "(SELECT count(*) FROM (SELECT 1 FROM entry WHERE entry.topic_id = %s"
          + " AND entry.kind = 1 AND entry.entry_offset > %s"
          + " AND entry.client <> %s AND entry.deleted = 0 LIMIT "
          + MOST_UNREAD
          + ") AS unread)";

  /// How many reactions there are, counted up to a bound.
  static final String MANY_REACTIONS =
      "SELECT count(*) FROM (SELECT 1 FROM reaction WHERE topic_id = ? AND target BETWEEN ? AND ?"
          + " LIMIT ?) AS found";

  /// Reactions as the database counts them, in the order in which they are stored: by message and
  /// emoji. Their checksums are not compared, which './tertulia check' does.
  static final String COUNTED_REACTIONS =
      "SELECT target, emoji, count(*), min(entry_offset), count(CASE client WHEN ? THEN 1 END)"
          + " FROM reaction WHERE topic_id = ? AND target BETWEEN ? AND ?"
          + " GROUP BY target, emoji ORDER BY target, emoji";

  /// The rooms of a client, with what is unread there. They are gathered first: what is unread is
  /// counted for those alone that are within the limit. Only rooms have participants, so the kind
  /// of a topic, which may be damaged, is not asked for.
  static final String ROOMS =
      "WITH mine AS MATERIALIZED (SELECT "
          + columns("topic", TopicRow.COLUMNS)
          + ", "
          + columns("participant", ParticipantRow.COLUMNS)
          + " FROM participant JOIN topic ON topic.id = participant.topic_id"
          + " WHERE participant.client = ? AND topic.name > ?"
          + " AND (participant.member = 1 OR participant.sent = 1 OR participant.read_offset > 0)"
          + " ORDER BY topic.name LIMIT ?) SELECT mine.*, "
          + UNREAD.formatted("mine.topic_id", "mine.read_offset", "mine.client")
          + " FROM mine ORDER BY 3";

  /// Rooms by name, [#NAMED] of them, with what they are to a client.
  static final String NAMED_ROOMS =
      "SELECT "
          + columns("topic", TopicRow.COLUMNS)
          + ", "
          + columns("participant", ParticipantRow.COLUMNS)
          + ", "
          + UNREAD.formatted("topic.id", "coalesce(participant.read_offset, 0)", "?")
          + " FROM topic LEFT JOIN participant ON participant.client = ?"
          + " AND participant.topic_id = topic.id WHERE topic.kind = ? AND topic.name IN ("
          + String.join(", ", Collections.nCopies(NAMED, "?"))
          + ")";

  static final String PARTICIPANT =
      "SELECT " + ParticipantRow.COLUMNS + " FROM participant WHERE client = ? AND topic_id = ?";

  static final String MEMBERS =
      "SELECT client FROM participant WHERE topic_id = ? AND member = 1 AND client > ?"
          + " ORDER BY client LIMIT ?";

  /// Rooms by name, each with how many clients are on its list.
  static final String TOPICS =
      "SELECT "
          + columns("topic", TopicRow.COLUMNS)
          + ", (SELECT count(*) FROM participant WHERE participant.topic_id = topic.id"
          + " AND participant.member = 1) FROM topic WHERE kind = ? AND name >= ?"
          + " AND name < ? ORDER BY name LIMIT ?";

  private final ReadDatabase database;

  public SqlRooms(ReadDatabase database) {
    this.database = database;
  }

  @Override
  public History before(RoomName room, long before, int limit, ClientId reader) {
    return history(room, BEFORE, before, limit, reader, true);
  }

  @Override
  public History after(RoomName room, long after, int limit, ClientId reader) {
    return history(room, AFTER, after, limit, reader, false);
  }

  private History history(
      RoomName room, String query, long from, int limit, ClientId reader, boolean backwards) {
    TopicName name = TopicName.room(room);
    return database.readDear(
        KIND,
        SqlLog.nameOf(name),
        connection -> {
          TopicRow topic = SqlLog.topicRow(connection, name);
          if (topic == null) {
            return new History(List.of(), false, SqlLog.beginning(connection, name));
          }
          return history(connection, topic, query, from, limit, reader, backwards);
        });
  }

  private static History history(
      ReadConnection connection,
      TopicRow topic,
      String query,
      long from,
      int limit,
      ClientId reader,
      boolean backwards)
      throws SQLException {
    List<EntryRow> rows = new ArrayList<>(limit);
    boolean more = false;
    int bytes = 0;
    try (ResultSet result =
        connection.query(
            query,
            in -> {
              in.number(topic.id());
              in.number(topic.id());
              in.number(from);
              in.number(limit + 1);
            })) {
      while (!more && result.next()) {
        EntryRow row = EntryRow.asItStands(connection, result, 1);
        bytes += row.body().length;
        more = rows.size() == limit || (bytes > TextBytes.OF_PAGE && !rows.isEmpty());
        if (!more) {
          rows.add(row);
        }
      }
    }
    requireAll(connection, topic, from, backwards, rows, more);
    Position asOf = SqlLog.end(connection, topic);
    if (rows.isEmpty()) {
      return new History(List.of(), false, asOf);
    }
    long one = rows.getFirst().offset();
    long other = rows.getLast().offset();
    long low = Math.min(one, other);
    long high = Math.max(one, other);
    Map<Long, EntryRow> edits = edits(connection, topic, low, high);
    Set<Long> unreadable = new HashSet<>();
    Map<Long, List<Reactions>> reactions =
        reactions(connection, topic, low, high, reader, unreadable);
    List<Message> messages = new ArrayList<>(rows.size());
    long text = 0;
    for (EntryRow row : rows) {
      Message message = message(connection, topic, row, edits, reactions, unreadable);
      text += TextBytes.of(message.publication().entry());
      if (text > TextBytes.OF_PAGE && !messages.isEmpty()) {
        more = true;
        break;
      }
      messages.add(message);
    }
    if (backwards) {
      Collections.reverse(messages);
    }
    return new History(List.copyOf(messages), more, asOf);
  }

  /// An index that is damaged may leave messages out, without a word: the table, in which every
  /// offset has its entry, must have as many.
  private static void requireAll(
      ReadConnection connection,
      TopicRow topic,
      long from,
      boolean backwards,
      List<EntryRow> rows,
      boolean more)
      throws SQLException {
    long low =
        backwards
            ? more ? rows.getLast().offset() : topic.floor() + 1
            : Math.min(Math.max(from, topic.floor()), topic.head()) + 1;
    long high =
        backwards
            ? Math.min(from - 1, topic.head())
            : more ? rows.getLast().offset() : topic.head();
    try (ResultSet result = connection.query(ALL, in -> between(in, topic, low, high))) {
      boolean all =
          result.next()
              && result.getLong(1) == Math.max(0, high - low + 1)
              && result.getLong(2) <= rows.size()
              // The index and the table may disagree about what is damaged.
              && result.getLong(2) >= rows.stream().filter(EntryRow::sound).count();
      if (!all) {
        throw new LogException(
            "the log is damaged: messages are missing between the offsets %s and %s. Run './tertulia check'"
                .formatted(low, high),
            true,
            null);
      }
    }
  }

  /// @param unreadable messages of which something else can't be read, as a reaction
  private static Message message(
      ReadConnection connection,
      TopicRow topic,
      EntryRow row,
      Map<Long, EntryRow> edits,
      Map<Long, List<Reactions>> reactions,
      Set<Long> unreadable) {
    Publication sent = row.publication(topic.topic(), connection);
    if (row.deleted() || !(sent.entry() instanceof Entry.Chat chat)) {
      return new Message(sent, null, List.of());
    }
    EntryRow edit = edits.get(row.offset());
    Entry.Kept last = edit == null ? chat : edit.shown(topic.topic(), connection);
    if (last instanceof Entry.Unreadable || unreadable.contains(row.offset())) {
      // How it is now can't be told.
      Entry.Unreadable now = new Entry.Unreadable(chat.client(), null);
      return new Message(
          Publication.kept(sent.topic(), row.position(), sent.time(), sent.id(), now),
          null,
          List.of());
    }
    List<Reactions> those = reactions.getOrDefault(row.offset(), List.of());
    if (edit == null
        || !(last instanceof Entry.Edit(ClientId client, long target, @Nullable String text))
        || text == null) {
      return new Message(sent, null, those);
    }
    Entry.Chat edited =
        new Entry.Chat(
            chat.client(), chat.sender(), text, chat.replyTo(), chat.data(), chat.deleted());
    return new Message(
        Publication.kept(sent.topic(), row.position(), sent.time(), sent.id(), edited),
        edit.time(),
        those);
  }

  private static Map<Long, EntryRow> edits(
      ReadConnection connection, TopicRow topic, long low, long high) throws SQLException {
    Map<Long, EntryRow> edits = new LinkedHashMap<>();
    try (ResultSet result = connection.query(EDITS, in -> between(in, topic, low, high))) {
      while (result.next()) {
        EntryRow edit = EntryRow.asItStands(connection, result, 1);
        Long target = edit.target();
        if (target != null) {
          edits.put(target, edit);
        }
      }
    }
    return edits;
  }

  private static Map<Long, List<Reactions>> reactions(
      ReadConnection connection,
      TopicRow topic,
      long low,
      long high,
      ClientId reader,
      Set<Long> unreadable)
      throws SQLException {
    ReactionCount count = new ReactionCount(reader);
    if (isPastOneByOne(connection, topic, low, high)) {
      try (ResultSet result =
          connection.query(
              COUNTED_REACTIONS,
              in -> {
                in.text(reader.value());
                between(in, topic, low, high);
              })) {
        while (result.next()) {
          count.add(
              result.getLong(1),
              result.getString(2),
              result.getInt(3),
              result.getLong(4),
              result.getInt(5) == 1);
        }
      }
      return count.byTarget();
    }
    try (ResultSet result = connection.query(REACTIONS, in -> between(in, topic, low, high))) {
      while (result.next()) {
        try {
          count.add(ReactionRow.read(result, 1));
        } catch (LogException damage) {
          connection.met(damage);
          unreadable.add(result.getLong(2));
        }
      }
    }
    return count.byTarget();
  }

  private static boolean isPastOneByOne(
      ReadConnection connection, TopicRow topic, long low, long high) throws SQLException {
    try (ResultSet result =
        connection.query(
            MANY_REACTIONS,
            in -> {
              between(in, topic, low, high);
              in.number(ONE_BY_ONE + 1);
            })) {
      return result.next() && result.getInt(1) > ONE_BY_ONE;
    }
  }

  private static void between(Binder in, TopicRow topic, long low, long high) throws SQLException {
    in.number(topic.id());
    in.number(low);
    in.number(high);
  }

  @Override
  public List<RoomState> of(ClientId client, int limit) {
    return of(client, limit, room -> false).stream().map(ListedRoom::state).toList();
  }

  /// A room of a client, and whether the client is on its list.
  record ListedRoom(RoomState state, boolean member) {}

  /// The rooms that `client` has to do with, by name; at most `limit`. One query, unless rooms are
  /// passed over.
  ///
  /// @param byListAlone which rooms are passed over if the client is not on their list, whatever
  ///   else it has done there
  List<ListedRoom> of(ClientId client, int limit, Predicate<RoomName> byListAlone) {
    return database.readDear(
        KIND,
        "the rooms of " + client,
        connection -> {
          List<ListedRoom> rooms = new ArrayList<>();
          String last = "";
          int found = limit;
          while (found == limit && rooms.size() < limit) {
            found = 0;
            try (ResultSet result = connection.query(ROOMS, page(client, last, limit))) {
              while (result.next() && rooms.size() < limit) {
                found++;
                last = result.getString(3);
                ListedRoom room = listed(connection, result);
                if (room == null) {
                  continue;
                }
                if (room.member() || !byListAlone.test(room.state().room())) {
                  rooms.add(room);
                }
              }
            }
          }
          return List.copyOf(rooms);
        });
  }

  private static Querying.Parameters page(ClientId client, String after, int limit) {
    return in -> {
      in.text(client.value());
      in.text(after);
      in.number(limit);
    };
  }

  /// A room of a client; one that can't be read is named alone. `null` if it has no name either.
  private static @Nullable ListedRoom listed(ReadConnection connection, ResultSet result)
      throws SQLException {
    try {
      return listed(result);
    } catch (LogException damage) {
      connection.met(damage);
      String name = result.getString(3);
      return Identifier.isValid(name)
          ? new ListedRoom(new RoomState(new RoomName(name), 0, 0, 0, true), /* member= */ true)
          : null;
    }
  }

  private static ListedRoom listed(ResultSet result) throws SQLException {
    TopicRow topic = TopicRow.read(result, 1);
    ParticipantRow row = ParticipantRow.read(result, 1 + TOPIC_COLUMNS);
    int unread = result.getInt(1 + TOPIC_COLUMNS + PARTICIPANT_COLUMNS);
    return new ListedRoom(
        new RoomState(new RoomName(topic.name()), topic.head(), row.read(), unread), row.member());
  }

  /// What these rooms are to `client`, in no particular order, without those in which nothing was
  /// ever stored; one query for [#NAMED] of them.
  List<RoomState> of(ClientId client, List<RoomName> rooms) {
    if (rooms.isEmpty()) {
      return List.of();
    }
    return database.readDear(
        KIND,
        "the rooms of " + client,
        connection -> {
          List<RoomState> states = new ArrayList<>(rooms.size());
          for (int from = 0; from < rooms.size(); from += NAMED) {
            List<RoomName> some = rooms.subList(from, Math.min(from + NAMED, rooms.size()));
            try (ResultSet result = connection.query(NAMED_ROOMS, named(client, some))) {
              while (result.next()) {
                states.add(state(result, client));
              }
            }
          }
          return List.copyOf(states);
        });
  }

  private static Querying.Parameters named(ClientId client, List<RoomName> rooms) {
    return in -> {
      in.text(client.value());
      in.text(client.value());
      in.number(TopicRow.kindOf(TopicName.Kind.ROOM));
      for (int i = 0; i < NAMED; i++) {
        in.text(rooms.get(Math.min(i, rooms.size() - 1)).value());
      }
    };
  }

  private static RoomState state(ResultSet result, ClientId client) throws SQLException {
    TopicRow topic = TopicRow.read(result, 1);
    if (client.value().equals(result.getString(1 + TOPIC_COLUMNS))) {
      return listed(result).state();
    }
    int unread = result.getInt(1 + TOPIC_COLUMNS + PARTICIPANT_COLUMNS);
    return new RoomState(new RoomName(topic.name()), topic.head(), 0, unread);
  }

  @Override
  public boolean isMember(RoomName room, ClientId client) {
    TopicName name = TopicName.room(room);
    return database.read(
        "the members of the room " + room,
        connection -> {
          TopicRow topic = SqlLog.topicRow(connection, name);
          ParticipantRow row = topic == null ? null : participant(connection, client, topic);
          return row != null && row.member();
        });
  }

  private static @Nullable ParticipantRow participant(
      ReadConnection connection, ClientId client, TopicRow topic) throws SQLException {
    try (ResultSet result =
        connection.query(
            PARTICIPANT,
            in -> {
              in.text(client.value());
              in.number(topic.id());
            })) {
      return result.next() ? ParticipantRow.read(result, 1) : null;
    }
  }

  @Override
  public Members members(RoomName room, String after, int limit) {
    TopicName name = TopicName.room(room);
    return database.readDear(
        KIND,
        "the members of the room " + room,
        connection -> {
          List<ClientId> clients = new ArrayList<>();
          TopicRow topic = SqlLog.topicRow(connection, name);
          if (topic != null) {
            try (ResultSet result =
                connection.query(
                    MEMBERS,
                    in -> {
                      in.number(topic.id());
                      in.text(after);
                      in.number(limit + 1);
                    })) {
              while (result.next()) {
                clients.add(new ClientId(result.getString(1)));
              }
            }
          }
          boolean more = clients.size() > limit;
          return new Members(more ? clients.subList(0, limit) : clients, more);
        });
  }

  /// A room; one that can't be read is named alone. `null` if it has no name either.
  private static @Nullable KnownRoom known(ReadConnection connection, ResultSet result)
      throws SQLException {
    try {
      TopicRow topic = TopicRow.read(result, 1);
      return new KnownRoom(
          new RoomName(topic.name()), topic.head(), result.getInt(1 + TOPIC_COLUMNS));
    } catch (LogException damage) {
      connection.met(damage);
      String name = result.getString(3);
      return Identifier.isValid(name) ? new KnownRoom(new RoomName(name), 0, 0, true) : null;
    }
  }

  @Override
  public List<KnownRoom> rooms(String prefix, String after, int limit) {
    NameRange names = NameRange.of(prefix, after);
    return database.readDear(
        KIND,
        "the list of rooms",
        connection -> {
          List<KnownRoom> rooms = new ArrayList<>();
          try (ResultSet result =
              connection.query(
                  TOPICS,
                  in -> {
                    in.number(TopicRow.kindOf(TopicName.Kind.ROOM));
                    in.text(names.from());
                    in.text(names.to());
                    in.number(limit);
                  })) {
            while (result.next()) {
              KnownRoom room = known(connection, result);
              if (room != null) {
                rooms.add(room);
              }
            }
          }
          return List.copyOf(rooms);
        });
  }

  /// Those columns, each with the name of its table.
  private static String columns(String table, String names) {
    return names.replaceAll("(\\w+)", table + ".$1");
  }
}
