package dev.tertulia.server.storage.journal;

import dev.tertulia.server.model.Entry;
import dev.tertulia.server.notification.NotificationId;
import dev.tertulia.server.storage.NameBounds;
import dev.tertulia.server.storage.journal.TopicCache.TopicState;
import dev.tertulia.server.storage.rows.BegunRow;
import dev.tertulia.server.storage.rows.ClientRow;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.KeyList;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.rows.ParticipantRow;
import dev.tertulia.server.storage.rows.ReactionRow;
import dev.tertulia.server.storage.rows.RequestRow;
import dev.tertulia.server.storage.rows.Row;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.TopicName;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the drafts of a batch need to know, and what is decided about them, as rows.
///
/// First [#load] reads all rows that the drafts may need, in a number of statements that does not
/// depend on how many drafts there are. Then each draft is decided: it reads rows here and changes
/// them here, so that the next draft sees what the ones before it have done. At the end [#apply]
/// writes the changes, table by table and in the order of the keys. What is asked for nevertheless
/// without having been loaded is read by itself.
///
/// What is told of inboxes - read, acknowledged, shown, revoked - is decided on the tables
/// themselves, after [#apply].
///
/// For one transaction, owned by the writer.
final class Facts {
  private static final String REQUESTS_OF =
      "SELECT k.key, "
          + RequestRow.TABLE.columnsOf("q")
          + " FROM json_each(?) AS k CROSS JOIN entry AS e CROSS JOIN request AS q"
          + " WHERE e.topic_id = k.value ->> 0 AND %s = k.value ->> 1"
          + " AND q.topic_id = e.topic_id AND q.client = e.client AND q.id = e.request";

  private static final String REQUESTS_OF_TARGETS = REQUESTS_OF.formatted("e.entry_offset");
  private static final String REQUESTS_OF_AMENDMENTS = REQUESTS_OF.formatted("e.target");

  private static final String ENTRIES_OF_REACTIONS =
      "SELECT k.key, "
          + EntryRow.TABLE.columnsOf("e")
          + " FROM json_each(?) AS k CROSS JOIN reaction AS r CROSS JOIN entry AS e"
          + " WHERE r.topic_id = k.value ->> 0 AND r.target = k.value ->> 1"
          + " AND r.emoji = k.value ->> 2 AND r.client = k.value ->> 3"
          + " AND e.topic_id = r.topic_id AND e.entry_offset = r.entry_offset";

  private static final String HEAD_TERMS =
      "SELECT k.key, e.term FROM json_each(?) AS k CROSS JOIN entry AS e"
          + " WHERE e.topic_id = k.value ->> 0 AND e.entry_offset = k.value ->> 1";

  private static final Comparator<Place> PLACES =
      Comparator.comparingLong(Place::topic).thenComparingLong(Place::offset);

  private static final Comparator<Participation> PARTICIPATIONS =
      Comparator.comparing(Participation::client).thenComparingLong(Participation::topic);

  private static final Comparator<Reacting> REACTIONS =
      Comparator.comparingLong(Reacting::topic)
          .thenComparingLong(Reacting::target)
          .thenComparing(Reacting::emoji)
          .thenComparing(Reacting::client);

  /// The key of a request.
  private record Request(long topic, String client, String id) implements Comparable<Request> {
    static Request of(RequestRow row) {
      return new Request(row.topicId(), row.client(), row.id());
    }

    /// Of an entry with a request.
    static Request of(EntryRow row) {
      return new Request(row.topicId(), row.client(), String.valueOf(row.request()));
    }

    @Override
    public int compareTo(Request other) {
      if (topic != other.topic) {
        return Long.compare(topic, other.topic);
      }
      int order = id.compareTo(other.id);
      return order == 0 ? client.compareTo(other.client) : order;
    }
  }

  /// The key of an entry.
  private record Place(long topic, long offset) implements Comparable<Place> {
    static Place of(EntryRow row) {
      return new Place(row.topicId(), row.offset());
    }

    @Override
    public int compareTo(Place other) {
      return PLACES.compare(this, other);
    }
  }

  /// The key of a participant.
  private record Participation(String client, long topic) implements Comparable<Participation> {
    @Override
    public int compareTo(Participation other) {
      return PARTICIPATIONS.compare(this, other);
    }
  }

  /// The key of a reaction.
  private record Reacting(long topic, long target, String emoji, String client)
      implements Comparable<Reacting> {
    @Override
    public int compareTo(Reacting other) {
      return REACTIONS.compare(this, other);
    }
  }

  private final LogTables tables;
  private final TopicCache topics;
  private final SenderCache senders;
  private final ClientCache clientCache;
  private final NameBounds bounds;

  /// Whether requests that are most likely new are taken for new ones.
  private boolean takesForNew;

  /// Whether a request had come before.
  private boolean repeated;

  private final LoadedRows<Request, RequestRow> requests =
      new LoadedRows<>(RequestRow.TABLE, key -> new Object[] {key.topic(), key.id(), key.client()});

  private final LoadedRows<Place, EntryRow> entries;

  private final LoadedRows<Participation, ParticipantRow> participants =
      new LoadedRows<>(ParticipantRow.TABLE, key -> new Object[] {key.client(), key.topic()});

  private final LoadedRows<Reacting, ReactionRow> reactions =
      new LoadedRows<>(
          ReactionRow.TABLE,
          key -> new Object[] {key.topic(), key.target(), key.emoji(), key.client()});

  private final LoadedRows<String, ClientRow> clients =
      new LoadedRows<>(ClientRow.TABLE, key -> new Object[] {key});

  /// What clients have begun that may begin more; only in a shared database.
  private final LoadedRows<String, BegunRow> begun =
      new LoadedRows<>(BegunRow.TABLE, key -> new Object[] {key});

  private final InboxFacts inboxes;

  /// What amends the messages that are to be deleted.
  private final Map<Place, List<EntryRow>> amendments = new HashMap<>();

  /// Entries that are to lose their texts, and their requests the same, in a shared database. Each
  /// once, however many drafts are about it: so are their amendments.
  private final Set<Place> targets = new LinkedHashSet<>();

  /// New entries, in the order in which they were decided.
  private final Map<Place, EntryRow> added = new LinkedHashMap<>();

  /// The messages whose reactions go.
  private final Set<Place> withoutReactions = new LinkedHashSet<>();

  /// How many rooms each client has to do with, besides those that are stored.
  private final Map<String, Integer> newRooms = new HashMap<>();

  /// In how many rooms clients are that want to begin one, up to the bound; as far as it was
  /// loaded.
  private final Map<String, Long> rooms = new HashMap<>();

  /// How many members rooms have that are to get more or less; as far as it was loaded.
  private final Map<Long, Long> members = new HashMap<>();

  /// By how much the number of members of each topic differs from what is stored.
  private final Map<Long, Integer> newMembers = new HashMap<>();

  /// @param bounds counts up to them are loaded
  /// @param takesForNew whether requests that are most likely new need not be looked for; they are
  ///   if the batch begins a room or an inbox, which is counted in memory, because it may have to
  ///   be decided again
  Facts(
      LogTables tables,
      TopicCache topics,
      SenderCache senders,
      ClientCache clients,
      NameBounds bounds,
      boolean takesForNew) {
    this.bounds = bounds;
    this.takesForNew = takesForNew;
    this.tables = tables;
    this.topics = topics;
    this.senders = senders;
    clientCache = clients;
    entries =
        new LoadedRows<>(
            EntryRow.TABLE, tables::asItStands, key -> new Object[] {key.topic(), key.offset()});
    if (tables.isShared()) {
      this.clients.notePresence();
      begun.notePresence();
    }
    inboxes = new InboxFacts(tables, this::entryAt, tables.isShared() ? this::apply : () -> {});
  }

  /// Reads what `drafts` may need.
  ///
  /// @param now the time of the batch
  void load(List<Draft> drafts, long now) throws SQLException {
    if (tables.isShared()) {
      loadAtOnce(drafts, now);
      return;
    }
    Set<TopicName> names = new LinkedHashSet<>();
    for (Draft draft : drafts) {
      name(draft, names);
    }
    topics.load(names);
    takesForNew = takesForNew && drafts.stream().noneMatch(this::mayBeginName);
    for (Draft draft : drafts) {
      try {
        want(draft, now);
      } catch (LogException damaged) {
        // Its topic is: the draft meets that again, and is refused.
      }
    }
    requests.load(tables);
    entries.load(tables);
    participants.load(tables);
    reactions.load(tables);
    clients.load(tables);
    loadAmendments();
    for (Draft draft : drafts) {
      try {
        wantMore(draft);
      } catch (LogException damaged) {
        // As above.
      }
    }
    entries.load(tables);
    requests.load(tables);
  }

  /// The same in one round trip: what depends on other rows is found by joins. Clients are locked.
  /// The topics are there.
  private void loadAtOnce(List<Draft> drafts, long now) throws SQLException {
    for (Draft draft : drafts) {
      try {
        want(draft, now);
        wantInbox(draft);
        wantBegun(draft);
        if (draft instanceof Draft.Append append
            && append.entry() instanceof Entry.Deletion deletion
            && mayBeThere(topics.of(append.topic()), deletion.target())) {
          targets.add(new Place(topics.of(append.topic()).id, deletion.target()));
        }
      } catch (LogException damaged) {
        // Its topic is: the draft meets that again, and is refused.
      }
    }
    List<LogTables.Search<?>> searches = new ArrayList<>();
    boolean meets = !clients.wanted().isEmpty();
    clients.search(searches, " ORDER BY k.key FOR UPDATE OF r");
    begun.search(searches, " ORDER BY k.key FOR UPDATE OF r");
    searchCounts(searches, drafts, meets);
    searchHeadTerms(searches, drafts);
    searchInboxes(searches, drafts);
    participants.search(searches, "");
    KeyList reacted = reactions.wanted();
    reactions.search(searches, "");
    requests.search(searches, "");
    boolean[] damaged = new boolean[1];
    if (!targets.isEmpty()) {
      List<Place> places = List.copyOf(targets);
      KeyList keys = new KeyList();
      places.forEach(target -> keys.add(target.topic(), target.offset()));
      for (String sql : List.of(REQUESTS_OF_TARGETS, REQUESTS_OF_AMENDMENTS)) {
        searches.add(
            new LogTables.Search<>(
                sql,
                keys,
                RequestRow::read,
                (index, row) -> requests.found(Request.of(row), row),
                (index, damage) -> damaged[0] = true));
      }
      searches.add(
          tables.amendments(keys, (index, row) -> amendmentsOf(places.get(index)).add(row)));
    }
    if (!reacted.isEmpty()) {
      searches.add(
          new LogTables.Search<>(
              ENTRIES_OF_REACTIONS,
              reacted,
              tables::asItStands,
              (index, row) -> {
                if (row.sound()) {
                  entries.found(Place.of(row), row);
                }
              },
              (index, damage) -> {}));
    }
    entries.search(searches, "");
    tables.find(searches);
    inboxes.loaded();
    if (!damaged[0]) {
      // Of these there are requests or not, and they have been found.
      for (Place target : targets) {
        EntryRow row = entries.get(tables, target);
        if (row != null) {
          noRequestOf(row);
        }
        amendmentsOf(target).forEach(this::noRequestOf);
      }
    }
  }

  /// What is added is told to other nodes together with the term of the entry before it.
  private void searchHeadTerms(List<LogTables.Search<?>> searches, List<Draft> drafts)
      throws SQLException {
    Set<TopicState> grown = new LinkedHashSet<>();
    for (Draft draft : drafts) {
      if (draft instanceof Draft.Append && topics.isKnown(draft.topic())) {
        TopicState topic = topics.of(draft.topic());
        if (topic.head > topic.floor) {
          grown.add(topic);
        }
      }
    }
    if (grown.isEmpty()) {
      return;
    }
    List<TopicState> all = List.copyOf(grown);
    KeyList keys = new KeyList();
    all.forEach(topic -> keys.add(topic.id, topic.head));
    searches.add(
        new LogTables.Search<>(
            HEAD_TERMS,
            keys,
            (result, first) -> result.getLong(first),
            (index, term) -> all.get(index).headTerm = term,
            (index, damage) -> {}));
  }

  private void searchInboxes(List<LogTables.Search<?>> searches, List<Draft> drafts)
      throws SQLException {
    if (!inboxes.isWanted()) {
      return;
    }
    Set<TopicState> logs = new LinkedHashSet<>();
    for (Draft draft : drafts) {
      if (draft.topic().kind() == TopicName.Kind.INBOX) {
        logs.add(topics.of(draft.topic()));
      }
    }
    inboxes.search(searches, List.copyOf(logs), topics.of(TopicName.BROADCASTS));
  }

  /// Whoever may begin a room or an inbox needs to be known for what it has begun.
  private void wantBegun(Draft draft) throws SQLException {
    if (draft instanceof Draft.Append append
        && append.topic().kind() != TopicName.Kind.BROADCASTS
        && topics.of(append.topic()).isNew
        && NewNames.isLimited(append.entry().client().value())) {
      begun.want(append.entry().client().value());
    }
  }

  /// What is told of an inbox needs its client, what was told before, and the entries it names.
  private void wantInbox(Draft draft) throws SQLException {
    switch (draft) {
      case Draft.Acked acked -> {
        wantInboxOf(acked.client().value());
        want(acked.topic(), acked.position().personal());
        Position broadcast = acked.position().broadcasts();
        want(TopicName.BROADCASTS, broadcast);
        if (broadcast != null && acked.position().personal() == null) {
          inboxes.wantPlace(topics.of(acked.topic()), broadcast.offset());
        }
      }
      case Draft.Shown shown -> {
        wantInboxOf(shown.client().value());
        inboxes.wantShown(shown.client().value(), shown.device());
        want(shown.log(), shown.position());
      }
      case Draft.Append append -> wantInbox(append);
      case Draft.Seen seen -> {}
      case Draft.Mark mark -> {}
      case Draft.Membership change -> {}
      case Draft.Records records -> {}
      case Draft.Signal signal -> {}
    }
  }

  private void wantInbox(Draft.Append append) throws SQLException {
    if (append.entry() instanceof Entry.InboxRead read) {
      wantInboxOf(read.client().value());
      for (String id : read.ids()) {
        wantNotification(id);
      }
      if (read.upTo() != null) {
        wantNotification(read.upTo());
        NotificationId upTo = NotificationId.parse(read.upTo());
        if (upTo != null && upTo.isBroadcast()) {
          inboxes.wantPlace(topics.of(append.topic()), upTo.position().offset());
        }
      }
    } else if (append.entry() instanceof Entry.Revocation revocation) {
      if (append.topic().kind() == TopicName.Kind.INBOX) {
        wantInboxOf(append.topic().name());
      }
      NotificationId id = NotificationId.parse(revocation.id());
      TopicState topic = topics.of(append.topic());
      if (id != null && mayBeThere(topic, id.position().offset())) {
        targets.add(new Place(topic.id, id.position().offset()));
        wantMessage(topic, id.position().offset());
      }
    }
  }

  private void wantInboxOf(String client) {
    clients.want(client);
    inboxes.want(client);
  }

  private void wantNotification(String name) throws SQLException {
    NotificationId id = NotificationId.parse(name);
    if (id != null) {
      want(id.topic(), id.position());
    }
  }

  private void want(TopicName topic, @Nullable Position at) throws SQLException {
    if (at != null && topics.isKnown(topic)) {
      wantMessage(topics.of(topic), at.offset());
    }
  }

  private List<EntryRow> amendmentsOf(Place target) {
    return amendments.computeIfAbsent(target, any -> new ArrayList<>());
  }

  private void noRequestOf(EntryRow row) {
    if (row.request() != null && row.sound()) {
      requests.absent(Request.of(row));
    }
  }

  private void searchCounts(
      List<LogTables.Search<?>> searches, List<Draft> drafts, boolean meetsClients)
      throws SQLException {
    boolean rooms = topics.createdRooms() > 0;
    if (rooms && bounds.rooms() != Long.MAX_VALUE) {
      KeyList keys = new KeyList();
      keys.add((long) TopicRow.kindOf(TopicName.Kind.ROOM), bounds.rooms() + topics.createdRooms());
      searches.add(LogTables.counts(LogTables.COUNT_TOPICS, keys, (i, n) -> topics.counted(n)));
    }
    if (meetsClients && bounds.inboxes() != Long.MAX_VALUE) {
      KeyList keys = new KeyList();
      keys.add(bounds.inboxes());
      searches.add(
          LogTables.counts(LogTables.COUNT_CLIENTS, keys, (i, n) -> clientCache.counted(n)));
    }
    Set<String> beginners = new LinkedHashSet<>();
    Map<Long, Long> lists = new LinkedHashMap<>();
    for (Draft draft : drafts) {
      if (rooms
          && bounds.roomsPerClient() != Integer.MAX_VALUE
          && draft instanceof Draft.Append append
          && append.topic().kind() == TopicName.Kind.ROOM
          && topics.of(append.topic()).isNew) {
        beginners.add(append.entry().client().value());
      }
      if (draft instanceof Draft.Membership change && change.member()) {
        lists.merge(topics.of(change.topic()).id, (long) change.most() + drafts.size(), Math::max);
      }
    }
    if (!beginners.isEmpty()) {
      List<String> names = List.copyOf(beginners);
      KeyList keys = new KeyList();
      names.forEach(name -> keys.add(name, (long) bounds.roomsPerClient()));
      searches.add(
          LogTables.counts(LogTables.COUNT_ROOMS, keys, (i, n) -> this.rooms.put(names.get(i), n)));
    }
    if (!lists.isEmpty()) {
      List<Long> ids = List.copyOf(lists.keySet());
      KeyList keys = new KeyList();
      lists.forEach((id, most) -> keys.add(id, most));
      searches.add(
          LogTables.counts(LogTables.COUNT_MEMBERS, keys, (i, n) -> members.put(ids.get(i), n)));
    }
  }

  /// What a transaction of a shared database has to lock and to read for `drafts`.
  static TopicCache.Wanted topicsOf(List<Draft> drafts) {
    TopicCache.Wanted wanted = new TopicCache.Wanted();
    for (Draft draft : drafts) {
      TopicName topic = draft.topic();
      if (draft instanceof Draft.Records || topic.kind() == TopicName.Kind.PRESENCE) {
        continue;
      }
      if (mayBegin(draft)) {
        wanted.written().add(topic);
      } else if (draft instanceof Draft.Signal) {
        wanted.read().add(topic);
      } else {
        wanted.locked().add(topic);
      }
      if (topic.kind() == TopicName.Kind.INBOX) {
        // What is added has a place among the broadcasts: none may come in between.
        (draft instanceof Draft.Append ? wanted.shared() : wanted.read()).add(TopicName.BROADCASTS);
      }
    }
    return wanted;
  }

  /// Whether the topic may get its first row by it.
  private static boolean mayBegin(Draft draft) {
    return switch (draft) {
      case Draft.Append append ->
          append.entry() instanceof Entry.Chat
              || append.entry() instanceof Entry.Notification
              || append.entry() instanceof Entry.InboxRead;
      case Draft.Membership change -> change.member();
      case Draft.Mark mark -> false;
      case Draft.Seen seen -> false;
      case Draft.Acked acked -> false;
      case Draft.Shown shown -> false;
      case Draft.Records records -> false;
      case Draft.Signal signal -> false;
    };
  }

  private static void name(Draft draft, Set<TopicName> names) {
    TopicName topic = draft.topic();
    if (draft instanceof Draft.Records || topic.kind() == TopicName.Kind.PRESENCE) {
      return;
    }
    names.add(topic);
    if (topic.kind() == TopicName.Kind.INBOX) {
      names.add(TopicName.BROADCASTS);
    }
  }

  private void want(Draft draft, long now) throws SQLException {
    switch (draft) {
      case Draft.Append append -> want(append, now);
      case Draft.Mark mark -> want(mark.client().value(), topics.of(mark.topic()));
      case Draft.Membership change -> want(change.client().value(), topics.of(change.topic()));
      case Draft.Seen seen -> want(seen.client().value(), true, now);
      case Draft.Acked acked -> {}
      case Draft.Shown shown -> {}
      case Draft.Records records -> {}
      case Draft.Signal signal -> {}
    }
  }

  private void want(Draft.Append append, long now) throws SQLException {
    TopicState topic = topics.of(append.topic());
    String client = append.entry().client().value();
    if (append.id() != null) {
      Request request = new Request(topic.id, client, append.id());
      if (topic.isNew) {
        requests.absent(request);
      } else if (takesForNew && isStoredIfNew(append)) {
        requests.assumeAbsent(request);
      } else {
        requests.want(request);
      }
    }
    switch (append.topic().kind()) {
      case ROOM -> {
        if (!senders.isNoted(client, topic.id)) {
          want(client, topic);
        }
      }
      case INBOX -> want(append.topic().name(), false, now);
      case BROADCASTS, PRESENCE -> {}
    }
    switch (append.entry()) {
      case Entry.Chat chat -> {
        if (chat.replyTo() != null) {
          wantMessage(topic, chat.replyTo());
        }
      }
      case Entry.Deletion deletion -> {
        wantMessage(topic, deletion.target());
        amendments.putIfAbsent(new Place(topic.id, deletion.target()), new ArrayList<>());
      }
      case Entry.Reaction reaction -> {
        wantMessage(topic, reaction.target());
        reactions.want(new Reacting(topic.id, reaction.target(), reaction.emoji(), client));
      }
      case Entry.Edit edit -> wantMessage(topic, edit.target());
      case Entry.Notification notification -> {}
      case Entry.InboxRead read -> want(read.client().value(), false, now);
      case Entry.Revocation revocation -> {}
      case Entry.Unreadable unreadable -> {}
    }
  }

  /// Whether it may begin a room or an inbox.
  private boolean mayBeginName(Draft draft) {
    return mayBegin(draft)
        && (draft.topic().kind() == TopicName.Kind.INBOX || topics.mayBeNew(draft.topic()));
  }

  /// Whether it is certainly stored if its request is new. A repeated one that is taken for new is
  /// noticed only when it is stored.
  private static boolean isStoredIfNew(Draft.Append append) {
    return append.topic().kind() == TopicName.Kind.ROOM
        && append.entry() instanceof Entry.Chat chat
        && chat.replyTo() == null;
  }

  private void wantMessage(TopicState topic, long offset) {
    if (mayBeThere(topic, offset)) {
      entries.want(new Place(topic.id, offset));
    }
  }

  private static boolean mayBeThere(TopicState topic, long offset) {
    return offset > topic.floor && !topic.isNew;
  }

  private void want(String client, TopicState topic) {
    Participation participation = new Participation(client, topic.id);
    if (topic.isNew) {
      participants.absent(participation);
    } else {
      participants.want(participation);
    }
  }

  private void want(String client, boolean connected, long now) {
    if (!clientCache.isNoted(client, connected, now)) {
      clients.want(client);
    }
  }

  private void loadAmendments() throws SQLException {
    if (amendments.isEmpty()) {
      return;
    }
    KeyList targets = new KeyList();
    List<List<EntryRow>> found = new ArrayList<>();
    amendments.forEach((target, rows) -> {
      targets.add(target.topic(), target.offset());
      found.add(rows);
    });
    tables.find(List.of(tables.amendments(targets, (index, row) -> found.get(index).add(row))));
  }

  /// What is known to be needed only now: the entry that added a reaction, and the requests of what
  /// is deleted.
  private void wantMore(Draft draft) throws SQLException {
    if (!(draft instanceof Draft.Append append)) {
      return;
    }
    if (append.entry() instanceof Entry.Reaction reaction) {
      TopicState topic = topics.of(append.topic());
      ReactionRow standing =
          reaction(topic, reaction.target(), reaction.emoji(), reaction.client().value());
      if (standing != null) {
        entries.want(new Place(topic.id, standing.offset()));
      }
    } else if (append.entry() instanceof Entry.Deletion deletion) {
      TopicState topic = topics.of(append.topic());
      EntryRow target =
          mayBeThere(topic, deletion.target()) ? entry(topic, deletion.target()) : null;
      if (target != null) {
        wantRequestOf(target);
      }
      amendments
          .getOrDefault(new Place(topic.id, deletion.target()), List.of())
          .forEach(this::wantRequestOf);
    }
  }

  private void wantRequestOf(EntryRow row) {
    if (row.request() != null) {
      requests.want(Request.of(row));
    }
  }

  /// The first outcome of a request; `null` if it has not come before.
  ///
  /// @throws LogException if its row is damaged
  @Nullable RequestRow request(TopicState topic, String client, String id) throws SQLException {
    RequestRow row = requests.get(tables, new Request(topic.id, client, id));
    repeated |= row != null;
    return row;
  }

  /// Whether a request had come before.
  boolean hasMetRepeatedRequest() {
    return repeated;
  }

  /// A request is to be remembered.
  void put(RequestRow row) {
    requests.put(Request.of(row), row);
  }

  /// Takes what tells of an entry out of its request. Where that can't be trusted it goes.
  void blankRequestOf(EntryRow row) throws SQLException {
    if (row.request() == null) {
      return;
    }
    Request key = Request.of(row);
    if (!row.sound()) {
      requests.remove(key);
      return;
    }
    try {
      RequestRow request = requests.get(tables, key);
      if (request != null) {
        requests.put(key, request.blanked());
      }
    } catch (LogException damaged) {
      requests.remove(key);
    }
  }

  /// The entry as it stands, though it be damaged; `null` if there is none.
  @Nullable EntryRow entry(TopicState topic, long offset) throws SQLException {
    return entryAt(topic.id, offset);
  }

  /// An entry comes to the end of its topic.
  void add(EntryRow row) {
    Place place = Place.of(row);
    added.put(place, row);
    inboxes.added(row);
    if (row.target() != null) {
      List<EntryRow> others = amendments.get(new Place(row.topicId(), row.target()));
      if (others != null) {
        others.add(row);
      }
    }
  }

  /// An entry takes the place of the one at its offset.
  void replace(EntryRow row) {
    inboxes.replaced(row);
    Place place = Place.of(row);
    if (added.replace(place, row) == null) {
      entries.put(place, row);
    }
  }

  /// What amends a message.
  List<EntryRow> amendments(TopicState topic, long target) throws SQLException {
    List<EntryRow> rows = amendments.get(new Place(topic.id, target));
    return rows == null ? tables.amendments(topic.id, target) : List.copyOf(rows);
  }

  /// A reaction that stands; `null` if it does not.
  @Nullable ReactionRow reaction(TopicState topic, long target, String emoji, String client)
      throws SQLException {
    return reactions.get(tables, new Reacting(topic.id, target, emoji, client));
  }

  /// A reaction is added.
  void put(ReactionRow row) {
    reactions.put(new Reacting(row.topicId(), row.target(), row.emoji(), row.client()), row);
  }

  /// A reaction is taken back.
  void remove(ReactionRow row) {
    reactions.remove(new Reacting(row.topicId(), row.target(), row.emoji(), row.client()));
  }

  /// All reactions to a message go.
  void removeReactions(TopicState topic, long target) {
    withoutReactions.add(new Place(topic.id, target));
    reactions.forget(key -> key.topic() == topic.id && key.target() == target);
  }

  /// What a client has to do with a room; `null` for nothing.
  @Nullable ParticipantRow participant(String client, TopicState topic) throws SQLException {
    return participants.get(tables, new Participation(client, topic.id));
  }

  /// The row of a client in a room that doesn't say yet that it has sent there, and from now on is
  /// taken to say so; `null` if it says so.
  @Nullable ParticipantRow unnotedSender(String client, TopicState topic) throws SQLException {
    if (senders.isNoted(client, topic.id)) {
      return null;
    }
    ParticipantRow row = participant(client, topic);
    senders.note(client, topic.id);
    if (row == null) {
      return new ParticipantRow(client, topic.id, false, false, 0);
    }
    return row.sent() ? null : row;
  }

  /// What a client has to do with a room changes.
  void put(ParticipantRow row, TopicState topic) throws SQLException {
    ParticipantRow before = participant(row.client(), topic);
    if (before == null) {
      newRooms.merge(row.client(), 1, Integer::sum);
    }
    if (row.member() != (before != null && before.member())) {
      newMembers.merge(topic.id, row.member() ? 1 : -1, Integer::sum);
    }
    participants.put(new Participation(row.client(), topic.id), row);
  }

  /// Whether a client has to do with `most` rooms.
  boolean hasRooms(String client, int most) throws SQLException {
    return most != Integer.MAX_VALUE
        && roomsOf(client, most) + newRooms.getOrDefault(client, 0) >= most;
  }

  private long roomsOf(String client, int most) throws SQLException {
    Long loaded = rooms.get(client);
    return loaded == null ? tables.countRooms(client, most) : loaded;
  }

  /// Whether a room has `most` members.
  boolean hasMembers(TopicState topic, int most) throws SQLException {
    int more = newMembers.getOrDefault(topic.id, 0);
    int counted = (int) Math.min(Integer.MAX_VALUE, (long) most - Math.min(0, more));
    Long loaded = members.get(topic.id);
    if (loaded != null) {
      return loaded + more >= most;
    }
    return (long) tables.countMembers(topic.id, counted) + more >= most;
  }

  /// The row of a client; `null` if it is not known.
  @Nullable ClientRow client(String name) throws SQLException {
    return clients.get(tables, name);
  }

  /// Whether others write the database too.
  boolean isShared() {
    return tables.isShared();
  }

  /// What a client has begun, in a shared database; `null` for nothing.
  @Nullable BegunRow begun(String client) throws SQLException {
    return begun.get(tables, client);
  }

  /// A client has begun something.
  void put(BegunRow row) {
    begun.put(row.client(), row);
  }

  /// A client is to be remembered so.
  void put(ClientRow row) {
    clients.put(row.client(), row);
  }

  /// Writes what was decided since the last time.
  void apply() throws SQLException {
    for (Place target : withoutReactions) {
      tables.removeReactions(target.topic(), target.offset());
    }
    withoutReactions.clear();
    for (Map.Entry<Place, EntryRow> each : added.entrySet()) {
      tables.put(each.getValue());
      entries.stored(each.getKey(), each.getValue());
    }
    added.clear();
    entries.apply(tables, tables::replace);
    requests.apply(tables, tables::put);
    reactions.apply(tables, tables::put);
    participants.apply(tables, tables::put);
    clients.apply(tables, row -> store(row, clients.isThere(row.client())));
    begun.apply(tables, row -> store(row, begun.isThere(row.client())));
    newRooms.clear();
    newMembers.clear();
    rooms.clear();
    members.clear();
  }

  /// @param isThere whether it was in the database
  private void store(Row row, boolean isThere) throws SQLException {
    if (!tables.isShared() || isThere) {
      tables.put(row);
    } else {
      // Nobody has locked it: of two that store it for the first time one fails.
      tables.add(row);
    }
  }

  /// What is known of inboxes.
  InboxFacts inboxes() {
    return inboxes;
  }

  /// Writes what was decided, unless it is known here what is asked for next.
  void settle() throws SQLException {
    if (!tables.isShared()) {
      apply();
    }
  }

  /// The entry as it stands, after [#settle]; `null` if there is none.
  @Nullable EntryRow stored(TopicState topic, long offset) throws SQLException {
    return tables.isShared() ? entryAt(topic.id, offset) : tables.entryAsItStands(topic.id, offset);
  }

  private @Nullable EntryRow entryAt(long topic, long offset) throws SQLException {
    Place place = new Place(topic, offset);
    EntryRow fresh = added.get(place);
    return fresh == null ? entries.get(tables, place) : fresh;
  }

  /// How many rows were read by themselves, because it was not foreseen that they are needed.
  int unforeseen() {
    return requests.unforeseen()
        + entries.unforeseen()
        + participants.unforeseen()
        + reactions.unforeseen()
        + clients.unforeseen()
        + begun.unforeseen();
  }
}
