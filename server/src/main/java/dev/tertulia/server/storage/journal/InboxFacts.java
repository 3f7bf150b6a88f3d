package dev.tertulia.server.storage.journal;

import dev.tertulia.server.storage.journal.TopicCache.TopicState;
import dev.tertulia.server.storage.read.InboxRows;
import dev.tertulia.server.storage.read.SqlInboxRows;
import dev.tertulia.server.storage.rows.DeviceRow;
import dev.tertulia.server.storage.rows.EntryBody;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.InboxReadRow;
import dev.tertulia.server.storage.rows.KeyList;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.rows.OffsetRanges;
import dev.tertulia.server.storage.rows.ShownRow;
import dev.tertulia.server.storage.rows.TopicBounds;
import dev.tertulia.server.topic.Position;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a batch has to know of inboxes that are read, acknowledged, shown or revoked from, and what
/// it makes of them.
///
/// In a shared database it is loaded before, with everything else: all that the clients and their
/// devices have told, and the newest [#WINDOW] notifications of each log. What lies before these is
/// read by itself. Otherwise everything is. For one transaction, owned by the writer.
final class InboxFacts implements InboxRows {
  /// How many notifications of a log are loaded.
  static final int WINDOW = 512;

  private static final String NEWEST =
      "SELECT k.key, e.entry_offset, e.term, e.kind, e.deleted FROM json_each(?) AS k"
          + " CROSS JOIN LATERAL (SELECT entry_offset, term, kind, deleted FROM entry"
          + " WHERE topic_id = k.value ->> 0 AND entry_offset > k.value ->> 1%s"
          + " ORDER BY entry_offset DESC LIMIT "
          + WINDOW
          + ") AS e";

  private static final String NEWEST_ENTRIES = NEWEST.formatted("");
  private static final String NEWEST_NOTIFICATIONS = NEWEST.formatted(" AND kind = 5");
  private static final String READ = InboxReadRow.TABLE.findAllBy("client");
  private static final String DEVICES = DeviceRow.TABLE.findAllBy("client");
  private static final String SHOWN = ShownRow.TABLE.findAllBy("client", "device");

  /// How many entries before and after the time of a broadcast are loaded.
  private static final int NEAR = 8;

  private static final String AROUND =
      "SELECT k.key, "
          + EntryRow.TABLE.columnsOf("e")
          + " FROM json_each(?) AS k CROSS JOIN entry AS b"
          + " CROSS JOIN LATERAL (SELECT entry_offset FROM entry WHERE topic_id = k.value ->> 0"
          + " AND time <= b.time ORDER BY entry_offset DESC LIMIT 1) AS last"
          + " CROSS JOIN entry AS e WHERE b.topic_id = k.value ->> 1"
          + " AND b.entry_offset = k.value ->> 2 AND e.topic_id = k.value ->> 0"
          + " AND e.entry_offset BETWEEN last.entry_offset - "
          + NEAR
          + " AND last.entry_offset + "
          + NEAR;

  /// A broadcast, as it is looked for in the order of an inbox.
  ///
  /// @param own the client's own log
  private record Broadcast(long own, long offset) {}

  /// Writes what was decided of other things.
  @FunctionalInterface
  interface Writing {
    void now() throws SQLException;
  }

  /// Reads an entry as the batch has it by now.
  @FunctionalInterface
  interface Entries {
    @Nullable EntryRow at(long topic, long offset) throws SQLException;
  }

  /// Which notifications of a log.
  ///
  /// @param device empty for what was read on any
  private record Ranges(String client, String device, boolean broadcast) {}

  /// A device of a client.
  private record Device(String client, String name) {}

  /// An entry of a window.
  private record Newest(long offset, long term, int kind, boolean deleted) {}

  /// The newest entries of a log.
  private static final class Window {
    /// All that is asked for is known behind this offset.
    private long from;

    /// Whether each was revoked.
    private final TreeMap<Long, Boolean> notifications = new TreeMap<>();

    /// The terms of entries of any kind, as far as they are known.
    private final Map<Long, Long> terms = new HashMap<>();

    private Window(long from) {
      this.from = from;
    }
  }

  private final LogTables tables;
  private final Entries entries;
  private final Writing writing;
  private final SqlInboxRows stored;
  private final Set<String> clients = new LinkedHashSet<>();
  private final Set<Device> shownOn = new LinkedHashSet<>();
  private final Map<Ranges, OffsetRanges> ranges = new HashMap<>();
  private final Map<String, List<DeviceRow>> devices = new HashMap<>();
  private final Map<Long, Window> windows = new HashMap<>();
  private final Map<Broadcast, List<EntryRow>> around = new LinkedHashMap<>();

  /// @param writing is done before something is read by itself
  InboxFacts(LogTables tables, Entries entries, Writing writing) {
    this.tables = tables;
    this.entries = entries;
    this.writing = writing;
    stored = new SqlInboxRows(tables);
  }

  /// The inbox of a client will be asked for.
  void want(String client) {
    clients.add(client);
  }

  /// What a device has shown will be asked for.
  void wantShown(String client, String device) {
    want(client);
    shownOn.add(new Device(client, device));
  }

  /// The place of a broadcast in the order of an inbox will be asked for.
  void wantPlace(TopicState own, long broadcast) {
    if (!own.isNew) {
      around.put(new Broadcast(own.id, broadcast), new ArrayList<>());
    }
  }

  boolean isWanted() {
    return !clients.isEmpty();
  }

  /// Adds the searches for what is wanted.
  ///
  /// @param logs the clients' own
  void search(List<LogTables.Search<?>> searches, List<TopicState> logs, TopicState broadcasts) {
    List<String> names = List.copyOf(clients);
    KeyList keys = new KeyList();
    Map<Ranges, List<OffsetRanges.Span>> spans = new HashMap<>();
    for (String name : names) {
      keys.add(name);
      devices.put(name, new ArrayList<>());
      for (boolean broadcast : new boolean[] {false, true}) {
        spans.put(new Ranges(name, "", broadcast), new ArrayList<>());
      }
    }
    searches.add(
        new LogTables.Search<>(
            READ,
            keys,
            InboxReadRow::read,
            (index, row) ->
                add(spans, new Ranges(row.client(), "", row.broadcast()), row.first(), row.last()),
            (index, damage) -> {
              spans.remove(new Ranges(names.get(index), "", false));
              spans.remove(new Ranges(names.get(index), "", true));
            }));
    searches.add(
        new LogTables.Search<>(
            DEVICES,
            keys,
            DeviceRow::read,
            (index, row) -> {
              List<DeviceRow> of = devices.get(row.client());
              if (of != null) {
                of.add(row);
              }
            },
            (index, damage) -> devices.remove(names.get(index))));
    searchShown(searches, spans);
    searchWindows(searches, logs, NEWEST_NOTIFICATIONS);
    searchWindows(searches, List.of(broadcasts), NEWEST_ENTRIES);
    searchAround(searches, broadcasts);
    loading = spans;
  }

  /// What is being loaded, not in order yet.
  private Map<Ranges, List<OffsetRanges.Span>> loading = Map.of();

  private void searchShown(
      List<LogTables.Search<?>> searches, Map<Ranges, List<OffsetRanges.Span>> spans) {
    if (shownOn.isEmpty()) {
      return;
    }
    List<Device> all = List.copyOf(shownOn);
    KeyList keys = new KeyList();
    for (Device device : all) {
      keys.add(device.client, device.name);
      for (boolean broadcast : new boolean[] {false, true}) {
        spans.put(new Ranges(device.client, device.name, broadcast), new ArrayList<>());
      }
    }
    searches.add(
        new LogTables.Search<>(
            SHOWN,
            keys,
            ShownRow::read,
            (index, row) ->
                add(
                    spans,
                    new Ranges(row.client(), row.device(), row.broadcast()),
                    row.first(),
                    row.last()),
            (index, damage) -> {
              spans.remove(new Ranges(all.get(index).client, all.get(index).name, false));
              spans.remove(new Ranges(all.get(index).client, all.get(index).name, true));
            }));
  }

  private void searchAround(List<LogTables.Search<?>> searches, TopicState broadcasts) {
    if (around.isEmpty()) {
      return;
    }
    List<List<EntryRow>> found = List.copyOf(around.values());
    KeyList keys = new KeyList();
    around.keySet().forEach(each -> keys.add(each.own, broadcasts.id, each.offset));
    searches.add(
        new LogTables.Search<>(
            AROUND,
            keys,
            tables::asItStands,
            (index, row) -> found.get(index).add(row),
            (index, damage) -> {}));
  }

  private static void add(
      Map<Ranges, List<OffsetRanges.Span>> spans, Ranges key, long first, long last) {
    List<OffsetRanges.Span> of = spans.get(key);
    if (of != null) {
      of.add(new OffsetRanges.Span(first, last));
    }
  }

  private void searchWindows(
      List<LogTables.Search<?>> searches, List<TopicState> logs, String sql) {
    KeyList keys = new KeyList();
    List<Window> asked = new ArrayList<>();
    Map<Window, Integer> counts = new HashMap<>();
    for (TopicState log : logs) {
      Window window = new Window(log.floor);
      windows.put(log.id, window);
      if (!log.isNew && log.head > log.floor) {
        keys.add(log.id, log.floor);
        asked.add(window);
      }
    }
    if (asked.isEmpty()) {
      return;
    }
    searches.add(
        new LogTables.Search<>(
            sql,
            keys,
            (result, first) ->
                new Newest(
                    result.getLong(first),
                    result.getLong(first + 1),
                    result.getInt(first + 2),
                    result.getInt(first + 3) != 0),
            (index, row) -> {
              Window window = asked.get(index);
              window.terms.put(row.offset, row.term);
              if (EntryBody.isNotification(row.kind)) {
                window.notifications.put(row.offset, row.deleted);
              }
              // They come from the newest to the oldest.
              if (counts.merge(window, 1, Integer::sum) == WINDOW) {
                window.from = row.offset - 1;
              }
            },
            (index, damage) -> {}));
  }

  /// What was wanted is loaded.
  void loaded() {
    loading.forEach((key, spans) -> {
      spans.sort(Comparator.comparingLong(OffsetRanges.Span::first));
      ranges.put(key, new OffsetRanges(spans));
    });
    loading = Map.of();
    around.values().forEach(of -> of.sort(Comparator.comparingLong(EntryRow::offset)));
    devices.values().forEach(of -> of.sort(Comparator.comparingLong(DeviceRow::heard)));
  }

  /// An entry comes to the end of its log.
  void added(EntryRow row) {
    Window window = windows.get(row.topicId());
    if (window != null) {
      window.terms.put(row.offset(), row.term());
      if (EntryBody.isNotification(row.kind())) {
        window.notifications.put(row.offset(), row.deleted());
      }
    }
  }

  /// An entry takes the place of the one at its offset.
  void replaced(EntryRow row) {
    Window window = windows.get(row.topicId());
    if (window != null) {
      window.notifications.replace(row.offset(), row.deleted());
    }
  }

  @Override
  public OffsetRanges read(String client, boolean broadcast) throws SQLException {
    return ranges(client, "", broadcast);
  }

  @Override
  public OffsetRanges shown(String client, String device, boolean broadcast) throws SQLException {
    return ranges(client, device, broadcast);
  }

  private OffsetRanges ranges(String client, String device, boolean broadcast) throws SQLException {
    OffsetRanges known = ranges.get(new Ranges(client, device, broadcast));
    if (known != null) {
      return known;
    }
    writing.now();
    return device.isEmpty()
        ? stored.read(client, broadcast)
        : stored.shown(client, device, broadcast);
  }

  @Override
  public List<DeviceRow> devices(String client) throws SQLException {
    List<DeviceRow> known = devices.get(client);
    if (known != null) {
      return List.copyOf(known);
    }
    writing.now();
    return stored.devices(client);
  }

  @Override
  public int live(TopicBounds log, long from, long to, List<OffsetRanges.Span> spans, int most)
      throws SQLException {
    Window window = windows.get(log.id());
    if (window == null || from < window.from) {
      writing.now();
      return stored.live(log, from, to, spans, most);
    }
    int count = 0;
    int next = 0;
    for (Map.Entry<Long, Boolean> each :
        window.notifications.subMap(from, false, Math.max(from, to), true).entrySet()) {
      long offset = each.getKey();
      while (next < spans.size() && spans.get(next).last() < offset) {
        next++;
      }
      boolean read = next < spans.size() && offset >= spans.get(next).first();
      if (!each.getValue() && !read && ++count >= most) {
        break;
      }
    }
    return count;
  }

  @Override
  public boolean isEmpty(TopicBounds log, long one, long other) throws SQLException {
    Window window = windows.get(log.id());
    if (window == null || one < window.from) {
      writing.now();
      return stored.isEmpty(log, one, other);
    }
    return one >= other || window.notifications.subMap(one, false, other, false).isEmpty();
  }

  @Override
  public @Nullable EntryRow entry(TopicBounds log, long offset) throws SQLException {
    return tables.isShared() ? entries.at(log.id(), offset) : stored.entry(log, offset);
  }

  @Override
  public List<EntryRow> around(TopicBounds own, long broadcast) {
    return around.getOrDefault(new Broadcast(own.id(), broadcast), List.of());
  }

  @Override
  public @Nullable Position position(TopicBounds log, long offset) throws SQLException {
    Window window = windows.get(log.id());
    Long term = window == null ? null : window.terms.get(offset);
    return term == null ? InboxRows.super.position(log, offset) : new Position(term, offset);
  }

  /// Stores what a client has read.
  void storeRead(String client, boolean broadcast, OffsetRanges before, OffsetRanges after)
      throws SQLException {
    InboxReadRow.store(tables, client, broadcast, before, after);
    ranges.replace(new Ranges(client, "", broadcast), after);
  }

  /// Stores what a device has shown.
  void storeShown(
      String client, String device, boolean broadcast, OffsetRanges before, OffsetRanges after)
      throws SQLException {
    ShownRow.store(tables, client, device, broadcast, before, after);
    ranges.replace(new Ranges(client, device, broadcast), after);
  }

  /// Stores a device, in place of the one with its name.
  void store(DeviceRow row) throws SQLException {
    tables.put(row);
    List<DeviceRow> known = devices.get(row.client());
    if (known != null) {
      known.removeIf(other -> other.device().equals(row.device()));
      known.add(row);
    }
  }

  /// Removes a device, with all that it has told.
  void remove(DeviceRow row) throws SQLException {
    tables.removeDevice(row.client(), row.device());
    List<DeviceRow> known = devices.get(row.client());
    if (known != null) {
      known.removeIf(other -> other.device().equals(row.device()));
    }
    for (boolean broadcast : new boolean[] {false, true}) {
      ranges.replace(new Ranges(row.client(), row.device(), broadcast), OffsetRanges.NONE);
    }
  }
}
