package dev.tertulia.server.simulation;

import dev.tertulia.server.chat.RoomLog;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.notification.NotificationId;
import dev.tertulia.server.storage.CommitListener.Blanked;
import dev.tertulia.server.storage.read.NewestMessages;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Log;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The contents of a disk: the log of all topics, in memory. It keeps the promises of [Log] and
/// [RoomLog] until it is told to fail, to forget or to lose its end.
public final class FakeStore implements Log, RoomLog {
  private final Map<TopicName, Topic> topics = new HashMap<>();
  private final Map<RoomName, Set<ClientId>> members = new HashMap<>();
  private final Map<ClientId, Long> since = new HashMap<>();

  /// How many of a topic's newest entries [#recent] knows.
  private int recent = 100;

  private boolean failing;

  /// What lost its text, for whoever keeps copies.
  private final List<Blanked> replaced = new ArrayList<>();

  /// @param entry as it was sent, for telling the same from another
  private record Request(Outcome.Stored first, Entry.Kept entry) {}

  private record Key(ClientId client, String id) {}

  /// One topic.
  private static final class Topic {
    private final List<Publication> entries = new ArrayList<>();
    private final Map<Key, Request> requests = new HashMap<>();
    private final Map<ClientId, Long> read = new HashMap<>();
    private final Map<Position, Position> before = new HashMap<>();
    private Position floor = Position.START;

    private Position head() {
      return entries.isEmpty() ? floor : positionOf(entries.getLast());
    }
  }

  static Position positionOf(Publication publication) {
    Position position = publication.position();
    if (position == null) {
      throw new IllegalArgumentException("not kept");
    }
    return position;
  }

  /// Makes [#recent] know so many entries of a topic.
  public synchronized void remember(int entries) {
    recent = entries;
  }

  /// Makes reading fail, or not any more.
  public synchronized void fail(boolean fails) {
    failing = fails;
  }

  /// Puts a client on the list of a room.
  public synchronized void addMember(RoomName room, ClientId client) {
    members.computeIfAbsent(room, name -> new HashSet<>()).add(client);
  }

  /// Stores one entry, or says why not.
  ///
  /// @param stored takes what is to be delivered
  synchronized Outcome store(long term, long time, Draft.Append append, List<Publication> stored) {
    Topic topic = topics.computeIfAbsent(append.topic(), name -> new Topic());
    Entry.Kept entry = placed(append);
    Key key = append.id() == null ? null : new Key(entry.client(), append.id());
    Request before = key == null ? null : topic.requests.get(key);
    if (before != null) {
      return before.entry.equals(append.entry())
          ? before.first
          : new Outcome.Refused(ErrorCode.CONFLICT);
    }
    if (entry instanceof Entry.InboxRead read
        && FakeInboxes.readWith(this, read).equals(FakeInboxes.read(this, read.client()))) {
      return new Outcome.Read(read.unread());
    }
    if (entry instanceof Entry.Revocation revocation) {
      Publication target = find(topic, revocation.target());
      if (target == null || !(target.entry() instanceof Entry.Notification notification)) {
        return new Outcome.Refused(ErrorCode.NOT_FOUND);
      }
      ErrorCode why = append.rule().refuses(notification.client());
      if (why != null) {
        return new Outcome.Refused(why);
      }
    }
    if (entry instanceof Entry.Amendment amendment) {
      Publication target = find(topic, amendment.target());
      if (target == null || !(target.entry() instanceof Entry.Chat chat) || chat.deleted()) {
        return new Outcome.Refused(ErrorCode.NOT_FOUND);
      }
      ErrorCode why = append.rule().refuses(chat.client());
      if (why != null) {
        return new Outcome.Refused(why);
      }
    }
    Position position = new Position(term, topic.head().offset() + 1);
    String id = append.id() == null ? position.toString() : append.id();
    if (entry instanceof Entry.Inboxed) {
      id = new NotificationId(append.topic(), position).toString();
    }
    Publication publication = Publication.kept(append.topic(), position, time, id, entry);
    topic.before.put(position, topic.head());
    topic.entries.add(publication);
    if (entry instanceof Entry.Deletion deletion) {
      blank(topic, deletion.target());
      noteBlanked(topic, deletion.target());
    }
    if (entry instanceof Entry.Revocation revocation) {
      revoke(topic, revocation.target());
    }
    Outcome.Stored outcome = new Outcome.Stored(position, time, id);
    if (key != null) {
      topic.requests.put(key, new Request(outcome, append.entry()));
    }
    stored.add(publication.except(append.except()));
    return entry instanceof Entry.InboxRead read ? new Outcome.Read(read.unread()) : outcome;
  }

  /// The entry as it is stored: with how far the broadcasts are, and how many are unread then.
  private Entry.Kept placed(Draft.Append append) {
    long broadcasts = head(TopicName.BROADCASTS);
    boolean own = append.topic().kind() == TopicName.Kind.INBOX;
    if (own) {
      seen(new ClientId(append.topic().name()));
    }
    return switch (append.entry()) {
      case Entry.Notification notification -> own ? notification.after(broadcasts) : notification;
      case Entry.InboxRead read ->
          new Entry.InboxRead(
              read.client(),
              read.ids(),
              read.upTo(),
              FakeInboxes.unread(this, read.client(), FakeInboxes.readWith(this, read)),
              broadcasts);
      case Entry.Revocation revocation ->
          new Entry.Revocation(
              revocation.client(),
              revocation.target(),
              revocation.id(),
              own ? 0 : null,
              own ? broadcasts : 0);
      case Entry.Chat chat -> chat;
      case Entry.Amendment amendment -> amendment;
      case Entry.Unreadable unreadable -> unreadable;
    };
  }

  private void noteBlanked(Topic topic, long target) {
    for (Publication entry : topic.entries) {
      boolean edit = entry.entry() instanceof Entry.Edit of && of.target() == target;
      if ((edit || entry.head() == target) && entry.entry() instanceof Entry.Kept kept) {
        replaced.add(new Blanked(entry.topic(), entry.head(), kept));
      }
    }
  }

  /// What has lost its text since this was asked last.
  synchronized List<Blanked> takeReplaced() {
    List<Blanked> all = List.copyOf(replaced);
    replaced.clear();
    return all;
  }

  private static void revoke(Topic topic, long target) {
    topic.entries.replaceAll(publication ->
        publication.head() == target
                && publication.entry() instanceof Entry.Notification notification
            ? Publication.kept(
                publication.topic(),
                positionOf(publication),
                publication.time(),
                publication.id(),
                notification.withoutText())
            : publication);
  }

  /// A client has come: it has an inbox from now on.
  synchronized void seen(ClientId client) {
    since.putIfAbsent(client, head(TopicName.BROADCASTS));
  }

  /// The broadcasts past this offset are in the client's inbox.
  synchronized long since(ClientId client) {
    return Math.min(since.getOrDefault(client, Long.MAX_VALUE), head(TopicName.BROADCASTS));
  }

  /// The newest entry of a topic that is gone.
  synchronized Position floor(TopicName name) {
    Topic topic = topics.get(name);
    return topic == null ? Position.START : topic.floor;
  }

  synchronized Outcome mark(Draft.Mark mark) {
    Topic topic = topics.computeIfAbsent(mark.topic(), name -> new Topic());
    long offset = Math.min(mark.offset(), topic.head().offset());
    return new Outcome.Marked(topic.read.merge(mark.client(), offset, Math::max));
  }

  synchronized Outcome list(Draft.Membership change) {
    Set<ClientId> list =
        members.computeIfAbsent(new RoomName(change.topic().name()), name -> new HashSet<>());
    if (change.member() && !list.contains(change.client()) && list.size() >= change.most()) {
      return new Outcome.Refused(ErrorCode.CONFLICT);
    }
    return new Outcome.Listed(
        change.member() ? list.add(change.client()) : list.remove(change.client()));
  }

  /// The offset of the newest entry.
  synchronized long head(TopicName name) {
    Topic topic = topics.get(name);
    return topic == null ? 0 : topic.head().offset();
  }

  /// All entries that there are.
  public synchronized List<Publication> entries(TopicName name) {
    Topic topic = topics.get(name);
    return topic == null ? List.of() : List.copyOf(topic.entries);
  }

  /// Which entry an entry was stored behind, though one of them be gone by now.
  ///
  /// @return `null` if there never was such an entry
  synchronized @Nullable Position before(TopicName name, Position position) {
    Topic topic = topics.get(name);
    return topic == null ? null : topic.before.get(position);
  }

  /// Whether an entry is there.
  synchronized boolean holds(TopicName name, Position position) {
    Topic topic = topics.get(name);
    return topic != null
        && topic.entries.stream().anyMatch(entry -> position.equals(entry.position()));
  }

  /// The position of the newest entry.
  synchronized Position end(TopicName name) {
    Topic topic = topics.get(name);
    return topic == null ? Position.START : topic.head();
  }

  /// How many entries a client's request has made that are there now.
  synchronized long made(TopicName name, ClientId client, String id) {
    Topic topic = topics.get(name);
    return topic == null
        ? 0
        : topic.entries.stream()
            .filter(entry ->
                entry.id().equals(id)
                    && entry.entry() instanceof Entry.Kept kept
                    && kept.client().equals(client))
            .count();
  }

  /// Forgets what was asked with which id, as a server that keeps that in memory.
  synchronized void forgetRequests() {
    topics.values().forEach(topic -> topic.requests.clear());
  }

  /// Forgets the newest `count` entries of every topic, and what was known of their requests, as a
  /// backup that is so much older.
  public synchronized void forgetEnd(int count) {
    for (Topic topic : topics.values()) {
      for (int i = 0; i < count && !topic.entries.isEmpty(); i++) {
        Position gone = positionOf(topic.entries.removeLast());
        topic.requests.values().removeIf(request -> gone.equals(request.first.position()));
      }
    }
  }

  /// Drops the oldest `count` entries of every topic, as retention does.
  public synchronized void trim(int count) {
    for (Topic topic : topics.values()) {
      for (int i = 0; i < count && !topic.entries.isEmpty(); i++) {
        topic.floor = positionOf(topic.entries.removeFirst());
      }
    }
  }

  @Override
  public synchronized @Nullable Page since(TopicName name, Position after, int entries, int bytes) {
    check();
    Topic topic = topics.getOrDefault(name, new Topic());
    int place = placeAfter(topic, after);
    return place < 0 ? null : page(topic, place, after, entries, bytes);
  }

  @Override
  public synchronized @Nullable Page recent(
      TopicName name, Position after, int entries, int bytes) {
    Topic topic = topics.getOrDefault(name, new Topic());
    int place = placeAfter(topic, after);
    return place < 0 || place < topic.entries.size() - recent
        ? null
        : page(topic, place, after, entries, bytes);
  }

  @Override
  public synchronized @Nullable Page recent(TopicName name, int entries, int bytes) {
    Topic topic = topics.getOrDefault(name, new Topic());
    return recent < entries && recent < topic.entries.size()
        ? null
        : newestOf(topic, entries, bytes);
  }

  @Override
  public synchronized Page newest(TopicName name, int entries, int bytes) {
    check();
    return newestOf(topics.getOrDefault(name, new Topic()), entries, bytes);
  }

  private static Page newestOf(Topic topic, int messages, int bytes) {
    NewestMessages newest = new NewestMessages(messages, bytes);
    topic.entries.reversed().forEach(newest::add);
    return new Page(newest.entries(), topic.head(), topic.head().offset());
  }

  @Override
  public synchronized int countSince(TopicName name, long offset, int most) {
    check();
    Topic topic = topics.getOrDefault(name, new Topic());
    long count = topic.entries.stream().filter(entry -> entry.head() > offset).count();
    return (int) Math.min(count, most);
  }

  @Override
  public synchronized History before(RoomName room, long before, int limit, ClientId reader) {
    check();
    List<Message> all = messages(room, reader);
    List<Message> fit =
        all.stream().filter(message -> message.publication().head() < before).toList();
    int from = Math.max(0, fit.size() - limit);
    return new History(fit.subList(from, fit.size()), from > 0, end(TopicName.room(room)));
  }

  @Override
  public synchronized History after(RoomName room, long after, int limit, ClientId reader) {
    check();
    List<Message> fit =
        messages(room, reader).stream()
            .filter(message -> message.publication().head() > after)
            .toList();
    int to = Math.min(limit, fit.size());
    return new History(fit.subList(0, to), to < fit.size(), end(TopicName.room(room)));
  }

  @Override
  public synchronized List<RoomState> of(ClientId client, int limit) {
    check();
    return topics.entrySet().stream()
        .filter(entry -> entry.getKey().kind() == TopicName.Kind.ROOM)
        .filter(entry -> concerns(entry.getValue(), entry.getKey(), client))
        .map(entry -> state(new RoomName(entry.getKey().name()), entry.getValue(), client))
        .sorted(Comparator.comparing(state -> state.room().value()))
        .limit(limit)
        .toList();
  }

  @Override
  public synchronized boolean isMember(RoomName room, ClientId client) {
    check();
    return members.getOrDefault(room, Set.of()).contains(client);
  }

  @Override
  public synchronized Members members(RoomName room, String after, int limit) {
    check();
    List<ClientId> clients =
        members.getOrDefault(room, Set.of()).stream()
            .filter(client -> client.value().compareTo(after) > 0)
            .sorted(Comparator.comparing(ClientId::value))
            .toList();
    return new Members(clients.subList(0, Math.min(limit, clients.size())), clients.size() > limit);
  }

  @Override
  public synchronized List<KnownRoom> rooms(String prefix, String after, int limit) {
    check();
    return topics.keySet().stream()
        .filter(topic -> topic.kind() == TopicName.Kind.ROOM && topic.name().compareTo(after) > 0)
        .map(TopicName::name)
        .filter(name -> name.startsWith(prefix))
        .sorted()
        .limit(limit)
        .map(RoomName::new)
        .map(room -> new KnownRoom(room, head(TopicName.room(room)), sizeOf(room)))
        .toList();
  }

  private int sizeOf(RoomName room) {
    return members.getOrDefault(room, Set.of()).size();
  }

  private boolean concerns(Topic topic, TopicName name, ClientId client) {
    return topic.read.containsKey(client)
        || members.getOrDefault(new RoomName(name.name()), Set.of()).contains(client)
        || topic.entries.stream()
            .anyMatch(
                entry -> entry.entry() instanceof Entry.Kept kept && kept.client().equals(client));
  }

  private static RoomState state(RoomName room, Topic topic, ClientId client) {
    long read = topic.read.getOrDefault(client, 0L);
    long unread =
        topic.entries.stream()
            .filter(entry -> entry.head() > read)
            .filter(
                entry -> entry.entry() instanceof Entry.Chat chat && !chat.client().equals(client))
            .count();
    return new RoomState(room, topic.head().offset(), read, (int) unread);
  }

  private List<Message> messages(RoomName room, ClientId reader) {
    Topic topic = topics.getOrDefault(TopicName.room(room), new Topic());
    List<Message> messages = new ArrayList<>();
    for (Publication publication : topic.entries) {
      if (publication.entry() instanceof Entry.Chat) {
        messages.add(asItIsNow(topic, publication, reader));
      }
    }
    return messages;
  }

  private static Message asItIsNow(Topic topic, Publication publication, ClientId reader) {
    Publication now = publication;
    Long edited = null;
    Map<String, Set<ClientId>> reactions = new HashMap<>();
    for (Publication later : topic.entries) {
      if (later.entry() instanceof Entry.Edit edit
          && edit.target() == publication.head()
          && edit.message() != null
          && now.entry() instanceof Entry.Chat chat) {
        edited = later.time();
        Entry.Chat text =
            new Entry.Chat(
                chat.client(), chat.sender(), edit.message(), chat.replyTo(), chat.data(), false);
        now =
            Publication.kept(
                now.topic(), positionOf(now), publication.time(), publication.id(), text);
      } else if (later.entry() instanceof Entry.Reaction reaction
          && reaction.target() == publication.head()) {
        Set<ClientId> who = reactions.computeIfAbsent(reaction.emoji(), key -> new HashSet<>());
        if (reaction.removed()) {
          who.remove(reaction.client());
        } else {
          who.add(reaction.client());
        }
      }
    }
    List<Reactions> counted =
        reactions.entrySet().stream()
            .filter(some -> !some.getValue().isEmpty())
            .map(some ->
                new Reactions(
                    some.getKey(), some.getValue().size(), some.getValue().contains(reader)))
            .toList();
    return new Message(now, edited, counted);
  }

  /// Where the entries after `after` begin; -1 if it is not a position of this log.
  private static int placeAfter(Topic topic, Position after) {
    if (after.equals(topic.floor)) {
      return 0;
    }
    for (int i = topic.entries.size() - 1; i >= 0; i--) {
      if (topic.entries.get(i).head() == after.offset()) {
        return after.equals(topic.entries.get(i).position()) ? i + 1 : -1;
      }
    }
    return -1;
  }

  private static Page page(Topic topic, int place, Position after, int most, int bytes) {
    int end = place;
    int size = 0;
    while (end < topic.entries.size() && end - place < most && size < bytes) {
      size += sizeOf(topic.entries.get(end++));
    }
    Position last = end == place ? after : positionOf(topic.entries.get(end - 1));
    return new Page(topic.entries.subList(place, end), last, topic.head().offset());
  }

  private static int sizeOf(Publication publication) {
    return publication.entry() instanceof Entry.Chat chat ? chat.message().length() : 1;
  }

  private static @Nullable Publication find(Topic topic, long offset) {
    for (Publication publication : topic.entries) {
      if (publication.head() == offset) {
        return publication;
      }
    }
    return null;
  }

  private static void blank(Topic topic, long target) {
    topic.entries.replaceAll(publication -> {
      Entry.Kept blanked =
          switch (publication.entry()) {
            case Entry.Chat chat when publication.head() == target ->
                new Entry.Chat(chat.client(), chat.sender(), "", chat.replyTo(), null, true);
            case Entry.Edit edit when edit.target() == target ->
                new Entry.Edit(edit.client(), target, null);
            default -> null;
          };
      return blanked == null
          ? publication
          : Publication.kept(
              publication.topic(),
              positionOf(publication),
              publication.time(),
              publication.id(),
              blanked);
    });
  }

  /// Fails if it is told to.
  synchronized void check() {
    if (failing) {
      throw new LogException("the disk is told to fail", false, new IllegalStateException("told"));
    }
  }
}
