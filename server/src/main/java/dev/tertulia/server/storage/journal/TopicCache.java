package dev.tertulia.server.storage.journal;

import dev.tertulia.server.storage.rows.EntryBody;
import dev.tertulia.server.storage.rows.KeyList;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.rows.TopicBounds;
import dev.tertulia.server.storage.rows.TopicLocks;
import dev.tertulia.server.storage.rows.TopicLocks.Wait;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.TopicName;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Caches the topics that the writer has used recently, at most [#BOUND] between transactions; the
/// least recently used one is dropped first. Owned by the writer.
///
/// Of a shared database it knows nothing at the beginning of a transaction: [#lock] locks the rows
/// that the transaction is about, and reads them. What is asked for without that is locked then.
public final class TopicCache {
  /// The most topics that are kept from one transaction to the next.
  static final int BOUND = 16_384;

  private static final Comparator<TopicName> ORDER =
      Comparator.<TopicName>comparingInt(name -> TopicRow.kindOf(name.kind()))
          .thenComparing(TopicName::name);

  private final LogTables tables;

  /// `null` if nobody else writes.
  private final @Nullable TopicLocks locks;

  private final LinkedHashMap<TopicName, TopicState> states =
      new LinkedHashMap<>(64, 0.75f, /* accessOrder= */ true);

  /// Topics that have got a row in this transaction, which goes again if nothing is written to
  /// them. Only in a shared database.
  private final List<TopicState> created = new ArrayList<>();

  /// The number of the topic that was met last without a row. In a shared database, where such a
  /// topic can't get one, numbers descend from 0.
  private long lastId;

  /// Behind which offset rooms begin that begin now.
  private long beginning;

  /// The number of rooms; -1 until they have been counted.
  private long rooms = -1;

  public TopicCache(LogTables tables) throws SQLException {
    this(tables, null);
  }

  /// @param locks of a shared database
  TopicCache(LogTables tables, @Nullable TopicLocks locks) throws SQLException {
    this.tables = tables;
    this.locks = locks;
    forgetNumbers();
  }

  private void forgetNumbers() throws SQLException {
    rooms = -1;
    lastId = locks == null ? tables.lastTopicId() : 0;
    beginning = locks == null ? tables.beginning() : 0;
  }

  /// What a transaction of a shared database is about.
  ///
  /// @param written may get entries or members, and so a row
  /// @param locked are locked if they have a row
  /// @param shared must not grow meanwhile, and are not written
  /// @param read are read only
  record Wanted(
      Set<TopicName> written, Set<TopicName> locked, Set<TopicName> shared, Set<TopicName> read) {
    Wanted() {
      this(new HashSet<>(), new HashSet<>(), new HashSet<>(), new HashSet<>());
    }
  }

  /// Begins a transaction of a shared database, in one round trip.
  ///
  /// @param held `null` to wait for topics that others have locked; otherwise they are put there
  /// @return the time by the clock of the database
  long lock(Wanted wanted, @Nullable Set<TopicName> held) throws SQLException {
    states.clear();
    created.clear();
    rooms = -1;
    lastId = 0;
    Set<TopicName> locked = new HashSet<>(wanted.locked);
    locked.addAll(wanted.written);
    Set<TopicName> shared = new HashSet<>(wanted.shared);
    shared.removeAll(locked);
    Set<TopicName> all = new HashSet<>(locked);
    all.addAll(shared);
    Set<TopicName> read = new HashSet<>(wanted.read);
    if (held == null) {
      read.removeAll(all);
    } else {
      // So that those that are passed over are told from those that are not there.
      read.addAll(all);
    }
    Wait wait = held == null ? Wait.IN_TURN : Wait.NO;
    long now = lock(wanted.written, locked, shared, read, wait, held);
    for (TopicName name : all) {
      if (!states.containsKey(name) && (held == null || !held.contains(name))) {
        if (wanted.written.contains(name)) {
          // It was removed in between, or is damaged, which is met by whoever asks for it.
          continue;
        }
        states.put(name, unbegun(name));
      }
    }
    read.forEach(name -> states.computeIfAbsent(name, this::unbegun));
    return now;
  }

  private long lock(
      Set<TopicName> written,
      Set<TopicName> locked,
      Set<TopicName> shared,
      Set<TopicName> read,
      Wait wait,
      @Nullable Set<TopicName> held)
      throws SQLException {
    if (locks == null) {
      throw new IllegalStateException("nobody else writes this database");
    }
    List<TopicName> inOrder = inOrder(locked);
    List<TopicName> sharedInOrder = inOrder(shared);
    List<TopicName> readInOrder = inOrder(read);
    List<TopicState> fresh = new ArrayList<>();
    TopicLocks.Moment moment =
        locks.lock(
            new TopicLocks.Wanted(
                keys(held == null ? inOrder(written) : List.of()),
                keys(inOrder),
                keys(sharedInOrder),
                keys(readInOrder),
                wait),
            (index, id, row) -> {
              TopicName name = inOrder.get(index);
              TopicState state = row == null ? new TopicState(name, id, 0) : new TopicState(row);
              states.put(name, state);
              if (row == null) {
                fresh.add(state);
              }
            },
            (index, id, row) -> {
              if (row != null) {
                states.put(sharedInOrder.get(index), new TopicState(row));
              }
            },
            (index, id, row) -> {
              TopicName name = readInOrder.get(index);
              if ((locked.contains(name) || shared.contains(name))
                  && !states.containsKey(name)
                  && held != null) {
                held.add(name);
              } else if (row != null) {
                states.putIfAbsent(name, new TopicState(row));
              }
            });
    beginning = moment.beginning();
    for (TopicState state : fresh) {
      if (state.name.kind() == TopicName.Kind.ROOM) {
        state.beginAt(beginning);
      }
    }
    created.addAll(fresh);
    return moment.now();
  }

  private static List<TopicName> inOrder(Set<TopicName> names) {
    List<TopicName> sorted = new ArrayList<>(names);
    sorted.sort(ORDER);
    return sorted;
  }

  private static KeyList keys(List<TopicName> names) {
    KeyList keys = new KeyList();
    names.forEach(name -> keys.add((long) TopicRow.kindOf(name.kind()), name.name()));
    return keys;
  }

  /// Rooms that have got a row, and of which it is not known yet whether they begin.
  int createdRooms() {
    return (int)
        created.stream()
            .filter(topic -> topic.isNew && topic.name.kind() == TopicName.Kind.ROOM)
            .count();
  }

  /// Takes back the rows of topics to which nothing was written.
  void removeUnbegun() throws SQLException {
    for (TopicState topic : created) {
      if (topic.isNew) {
        tables.removeTopic(topic.id);
      }
    }
    created.clear();
  }

  /// The topic as the transaction sees it, also if it has no row yet.
  public TopicState of(TopicName name) throws SQLException {
    TopicState state = states.get(name);
    if (state == null && locks != null) {
      lock(Set.of(name), Set.of(name), Set.of(), Set.of(), Wait.UNTIL_FREE, null);
      state = states.get(name);
      if (state == null) {
        throw new LogException("the row of a topic is damaged. Run './tertulia check'", true, null);
      }
    }
    if (state == null) {
      TopicRow row = tables.topic(TopicRow.kindOf(name.kind()), name.name());
      state = row != null ? new TopicState(row) : unbegun(name);
      states.put(name, state);
    }
    return state;
  }

  /// The topic, locked; `null` if it has no row, or another writer has locked it.
  @Nullable TopicState free(TopicName name) throws SQLException {
    if (locks != null && !states.containsKey(name)) {
      Set<TopicName> held = new HashSet<>();
      lock(Set.of(), Set.of(name), Set.of(), Set.of(name), Wait.NO, held);
      return states.get(name);
    }
    TopicState state = of(name);
    return state.isNew ? null : state;
  }

  /// Whether the transaction has locked or read the topic.
  boolean isKnown(TopicName name) {
    return states.containsKey(name);
  }

  /// Whether a topic has no row, as far as it is known.
  boolean mayBeNew(TopicName name) {
    TopicState topic = states.get(name);
    return topic == null || topic.isNew;
  }

  /// Reads those of `names` that are not known, in one statement; a damaged one is met by [#of].
  void load(Collection<TopicName> names) throws SQLException {
    List<TopicName> unknown = new ArrayList<>();
    for (TopicName name : names) {
      if (states.get(name) == null) {
        unknown.add(name);
      }
    }
    if (unknown.isEmpty()) {
      return;
    }
    BitSet met = new BitSet();
    tables.findTopics(
        keys(unknown),
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
    long id = locks == null ? ++lastId : --lastId;
    return new TopicState(name, id, name.kind() == TopicName.Kind.ROOM ? beginning : 0);
  }

  /// How many rooms there are; negative if that would have to be counted.
  long knownRooms() {
    return rooms;
  }

  /// How many rooms there are, those that have begun in this transaction included.
  long rooms() throws SQLException {
    if (rooms < 0) {
      counted(tables.countTopics(TopicRow.kindOf(TopicName.Kind.ROOM)));
    }
    return rooms;
  }

  /// Notes how many rooms have a row.
  void counted(long withRow) {
    rooms = withRow - createdRooms();
  }

  /// A topic that had no row gets one with what is written now.
  void began(TopicState topic) throws SQLException {
    if (topic.id <= 0) {
      throw new IllegalStateException("it was not foreseen that the topic gets a row");
    }
    if (topic.name.kind() == TopicName.Kind.ROOM && (locks == null || rooms >= 0)) {
      // Counted before: its row is written when the transaction ends.
      rooms = rooms() + 1;
    }
    topic.isNew = false;
  }

  /// Removes a room without entries and participants. Rooms that are created from now on, even with
  /// the same name, begin after its offsets, so that no position that was valid in it is valid in
  /// another room.
  ///
  /// @return whether it could be; the room that was made last stays, so that no number of a topic
  ///   is given twice, and so does one that the transaction has touched
  boolean letGo(TopicRow row) throws SQLException {
    TopicState topic = free(row.topic());
    if (topic == null || !isFree(topic)) {
      return false;
    }
    tables.removeTopic(topic.id);
    if (locks != null) {
      beginning = tables.beginning();
    }
    if (topic.head > beginning) {
      beginning = topic.head;
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
    TopicState topic = free(row.topic());
    if (topic == null || !isFree(topic)) {
      return false;
    }
    tables.removeTopic(topic.id);
    states.remove(row.topic());
    return true;
  }

  private boolean isFree(TopicState topic) throws SQLException {
    return topic.id < tables.lastTopicId()
        && !topic.touched
        && topic.entries == 0
        && !tables.isInUse(topic.id);
  }

  /// Where the topic's log begins and ends as the transaction sees it. One that has no row yet gets
  /// none.
  TopicBounds ends(TopicName name) throws SQLException {
    TopicState state = states.get(name);
    if (state != null) {
      return state.bounds();
    }
    TopicRow row = tables.topic(TopicRow.kindOf(name.kind()), name.name());
    if (row == null) {
      return TopicBounds.NONE;
    }
    return locks == null ? of(name).bounds() : new TopicState(row).bounds();
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
    created.clear();
    forgetNumbers();
  }

  /// The row of a topic in the transaction of the writer. Owned by the writer; invalid after a
  /// transaction that touched it was rolled back.
  public static final class TopicState {
    public final TopicName name;
    public final long id;
    public long head;

    /// The term of the newest entry, or of the newest that was removed; 0 if there never was one,
    /// or if it was not looked for, as where nobody else writes.
    long headTerm;

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

    private void beginAt(long offset) {
      head = offset;
      floor = offset;
    }

    TopicState(TopicRow row) {
      name = row.topic();
      id = row.id();
      head = row.head();
      floor = row.floor();
      floorTerm = row.floorTerm();
      headTerm = head == floor ? floorTerm : 0;
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
