package dev.tertulia.server.storage.journal;

import dev.tertulia.server.storage.rows.EntryBody;
import dev.tertulia.server.storage.rows.KeyList;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.rows.TopicBounds;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.TopicName;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;

/// Caches the topics that the writer has used recently, at most [#BOUND] between transactions; the
/// least recently used one is dropped first. Owned by the writer.
public final class TopicCache {
  /// The most topics that are kept from one transaction to the next.
  static final int BOUND = 16_384;

  private final LogTables tables;
  private final LinkedHashMap<TopicName, TopicState> states =
      new LinkedHashMap<>(64, 0.75f, /* accessOrder= */ true);
  private long lastId;

  /// Behind which offset rooms begin that begin now.
  private long beginning;

  /// The number of rooms; -1 until they have been counted.
  private long rooms = -1;

  public TopicCache(LogTables tables) throws SQLException {
    this.tables = tables;
    lastId = tables.lastTopicId();
    beginning = tables.beginning();
  }

  /// The topic as the transaction sees it, also if it has no row yet.
  public TopicState of(TopicName name) throws SQLException {
    TopicState state = states.get(name);
    if (state == null) {
      TopicRow row = tables.topic(TopicRow.kindOf(name.kind()), name.name());
      state = row != null ? new TopicState(row) : unbegun(name);
      states.put(name, state);
    }
    return state;
  }

  /// Reads those of `names` that are not known, in one statement; a damaged one is met by [#of].
  void load(Collection<TopicName> names) throws SQLException {
    List<TopicName> unknown = new ArrayList<>();
    KeyList keys = new KeyList();
    for (TopicName name : names) {
      if (states.get(name) == null) {
        unknown.add(name);
        keys.add((long) TopicRow.kindOf(name.kind()), name.name());
      }
    }
    if (unknown.isEmpty()) {
      return;
    }
    BitSet met = new BitSet();
    tables.findTopics(
        keys,
        (index, row) -> {
          met.set(index);
          states.put(unknown.get(index), new TopicState(row));
        },
        (index, damage) -> met.set(index));
    for (int i = met.nextClearBit(0); i < unknown.size(); i = met.nextClearBit(i + 1)) {
      states.put(unknown.get(i), unbegun(unknown.get(i)));
    }
  }

  private TopicState unbegun(TopicName name) {
    return new TopicState(name, ++lastId, name.kind() == TopicName.Kind.ROOM ? beginning : 0);
  }

  /// How many rooms there are; negative if that would have to be counted.
  long knownRooms() {
    return rooms;
  }

  /// How many rooms there are.
  long rooms() throws SQLException {
    if (rooms < 0) {
      rooms = tables.countTopics(TopicRow.kindOf(TopicName.Kind.ROOM));
    }
    return rooms;
  }

  /// A topic that had no row gets one with what is written now.
  void began(TopicState topic) throws SQLException {
    topic.isNew = false;
    if (topic.name.kind() == TopicName.Kind.ROOM) {
      // Counted before: its row is written when the transaction ends.
      rooms = rooms() + 1;
    }
  }

  /// Removes a room without entries and participants. Rooms that are created from now on, even with
  /// the same name, begin after its offsets, so that no position that was valid in it is valid in
  /// another room.
  ///
  /// @return whether it could be; the room that was made last stays, so that no number of a topic
  ///   is given twice, and so does one that the transaction has touched
  boolean letGo(TopicRow row) throws SQLException {
    if (!isFree(row)) {
      return false;
    }
    tables.removeTopic(row.id());
    if (row.head() > beginning) {
      beginning = row.head();
      tables.begin(beginning);
      // Those that are known and have not begun yet begin there too.
      states.values().removeIf(other -> other.isNew);
    }
    states.remove(row.topic());
    rooms -= rooms > 0 ? 1 : 0;
    return true;
  }

  /// Removes an inbox without entries, in which nobody has a position.
  ///
  /// @return whether it could be; see [#letGo]
  boolean letGoUnopened(TopicRow row) throws SQLException {
    if (!isFree(row)) {
      return false;
    }
    tables.removeTopic(row.id());
    states.remove(row.topic());
    return true;
  }

  private boolean isFree(TopicRow row) throws SQLException {
    TopicState state = states.get(row.topic());
    return row.id() < tables.lastTopicId()
        && (state == null || (!state.touched && state.entries == 0))
        && !tables.isInUse(row.id());
  }

  /// Where the topic's log begins and ends as the transaction sees it. One that has no row yet gets
  /// none.
  TopicBounds ends(TopicName name) throws SQLException {
    return states.containsKey(name)
            || tables.topic(TopicRow.kindOf(name.kind()), name.name()) != null
        ? of(name).bounds()
        : TopicBounds.NONE;
  }

  /// Forgets a topic whose row was changed by others. Between transactions, or before it is used in
  /// one.
  public void forget(TopicName name) {
    states.remove(name);
    rooms = -1;
  }

  /// Forgets the oldest beyond the bound. Between transactions.
  void shrink() {
    Iterator<TopicName> eldest = states.keySet().iterator();
    while (states.size() > BOUND) {
      eldest.next();
      eldest.remove();
    }
  }

  /// Forgets all: a transaction that touched them was given up.
  void clear() throws SQLException {
    states.clear();
    rooms = -1;
    lastId = tables.lastTopicId();
    beginning = tables.beginning();
  }

  /// The row of a topic in the transaction of the writer. Owned by the writer; invalid after a
  /// transaction that touched it was rolled back.
  public static final class TopicState {
    public final TopicName name;
    public final long id;
    public long head;
    public long floor;
    public long floorTerm;
    long time;
    public long entries;
    long bytes;

    /// The number of entries that are messages or notifications; -1 until they have been counted.
    private long messages = -1;

    /// The first offset that the transaction under way has added; 0 if it has added none.
    long firstAdded;

    /// Whether it has no row yet, nor gets one with what is written now.
    boolean isNew;

    /// Whether the row must be stored.
    boolean touched;

    /// A topic without a row, which begins after an offset: 0, or more if rooms were removed; then
    /// it has the term 0, which belongs to no writer.
    TopicState(TopicName name, long id, long beginning) {
      head = beginning;
      floor = beginning;
      this.name = name;
      this.id = id;
      messages = 0;
      isNew = true;
    }

    TopicState(TopicRow row) {
      name = row.topic();
      id = row.id();
      head = row.head();
      floor = row.floor();
      floorTerm = row.floorTerm();
      time = row.time();
      entries = row.entries();
      bytes = row.bytes();
    }

    /// Whether [#messages] is known.
    boolean isCounted() {
      return messages >= 0;
    }

    /// The number of entries that are messages or notifications; -1 until they have been counted.
    long messages() {
      return messages;
    }

    /// Notes how many there are.
    void counted(long count) {
      messages = count;
    }

    /// An entry of that kind was added.
    void added(int kind) {
      if (isCounted() && EntryBody.isMessage(kind)) {
        messages++;
      }
    }

    /// Where its log begins and ends.
    TopicBounds bounds() {
      return new TopicBounds(id, head, floor, floorTerm);
    }

    TopicRow row() {
      return new TopicRow(
          id,
          TopicRow.kindOf(name.kind()),
          name.name(),
          head,
          floor,
          floorTerm,
          time,
          entries,
          bytes);
    }

    /// The offset of the entry that comes next.
    ///
    /// @throws LogException if there is none, as in a topic that an earlier version imported with
    ///   the highest number as its offset
    long next() {
      if (head == Long.MAX_VALUE) {
        throw new LogException(
            "%s has used all its offsets and accepts no more entries: use another one"
                .formatted(name.label()),
            false,
            null);
      }
      return head + 1;
    }
  }
}
