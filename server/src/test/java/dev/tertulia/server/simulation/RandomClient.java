package dev.tertulia.server.simulation;

import static dev.tertulia.server.simulation.World.check;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A client of the full protocol that disconnects, returns, resumes, and repeats messages until it
/// knows that they are stored. It checks everything it is told against section 5 of the protocol.
final class RandomClient {
  /// What it may be told, and makes nothing of.
  private static final Set<String> TOLD =
      Set.of(
          "welcome",
          "typing",
          "read",
          "presence",
          "history",
          "notification",
          "notification_revoked");

  private final World world;
  private final String name;
  private final int loop;
  private final Map<RoomName, View> views = new HashMap<>();
  private final Map<String, Saying> sayings = new LinkedHashMap<>();
  private @Nullable FakePeer peer;

  /// What it waits for on this connection: by `ref`, what was asked.
  private final Map<Long, Asked> asked = new HashMap<>();

  private final int number;
  private long refs;
  private int ids;

  /// What it knows of a room.
  private static final class View {
    /// The last entry that it has; `null` for nothing.
    private @Nullable Position at;

    /// It has been told that it is there.
    private boolean in;

    /// The rest of a replay is to come.
    private boolean catchingUp;
  }

  /// Something that it wants to have said.
  private static final class Saying {
    private final RoomName room;
    private final String text;

    /// It was sent and never answered, so nobody knows.
    private boolean unknown;

    private @Nullable Position stored;

    Saying(RoomName room, String text) {
      this.room = room;
      this.text = text;
    }
  }

  /// @param given the position in a `join`
  /// @param limited a `join` had a limit
  private record Asked(
      String type, RoomName room, @Nullable String id, @Nullable Position given, boolean limited) {}

  /// @param number tells it from others of the same name, which are the same client elsewhere
  RandomClient(World world, String name, int number) {
    this.world = world;
    this.name = name;
    this.number = number;
    loop = number % 2;
    World.ROOMS.forEach(room -> views.put(room, new View()));
  }

  String name() {
    return name;
  }

  boolean isIn(RoomName room) {
    return view(room).in;
  }

  /// Does something.
  void act() {
    if (peer == null) {
      connect();
      return;
    }
    if (peer.closed() != null) {
      drop();
      return;
    }
    RoomName room = World.ROOMS.get(world.random().nextInt(World.ROOMS.size()));
    switch (world.random().nextInt(20)) {
      case 0 -> drop();
      case 1, 2 -> join(room);
      case 3 -> say("leave", room, null, null, false, "");
      case 4 -> say("typing", room, null, null, false, "");
      case 5 -> say("history", room, null, null, false, "");
      case 6 -> say("presence", room, null, null, false, "");
      case 7 -> say("read", room, null, null, false, ",'offset':5");
      case 8 -> say("react", room, null, null, false, ",'target':2,'emoji':'x'");
      case 9 -> say("edit", room, null, null, false, ",'target':1,'message':'better'");
      case 10 -> say("delete", room, null, null, false, ",'target':3");
      default -> speak(room);
    }
  }

  private void connect() {
    peer = world.server().full(name, loop);
    asked.clear();
    views
        .values()
        .forEach(view -> {
          view.in = false;
          view.catchingUp = false;
        });
    peer.say("{'type':'hello'}");
    World.ROOMS.forEach(this::join);
  }

  /// Goes away of its own.
  private void drop() {
    if (peer != null) {
      peer.go();
    }
    forgetConnection();
  }

  /// Is cut off, in whatever way.
  void lose() {
    drop();
  }

  private void forgetConnection() {
    peer = null;
    for (Asked request : asked.values()) {
      if (request.id != null) {
        saying(request.id).unknown = true;
      }
    }
    asked.clear();
    views.values().forEach(view -> view.in = false);
  }

  private void join(RoomName room) {
    View view = view(room);
    boolean resumes = view.at != null && world.random().nextInt(5) > 0;
    boolean limited = world.random().nextInt(8) == 0;
    String after = resumes ? ",'after':'" + view.at + "'" : "";
    String limit = limited ? ",'limit':" + world.random().nextInt(1, 20) : "";
    say("join", room, null, resumes ? view.at : null, limited, after + limit);
  }

  /// Says something new, or again what it does not know to be stored.
  private void speak(RoomName room) {
    List<String> open =
        sayings.entrySet().stream()
            .filter(entry -> entry.getValue().stored == null && !isAsked(entry.getKey()))
            .map(Map.Entry::getKey)
            .toList();
    String id;
    if (open.isEmpty() || world.random().nextBoolean()) {
      id = name + "-" + number + "-" + ids++;
      sayings.put(id, new Saying(room, world.text()));
    } else {
      id = open.getFirst();
    }
    Saying saying = saying(id);
    say(
        "chat",
        saying.room,
        id,
        null,
        false,
        ",'message':'%s','id':'%s'".formatted(saying.text, id));
  }

  private boolean isAsked(String id) {
    return asked.values().stream().anyMatch(request -> id.equals(request.id));
  }

  private void say(
      String type,
      RoomName room,
      @Nullable String id,
      @Nullable Position given,
      boolean limited,
      String more) {
    long ref = ++refs;
    asked.put(ref, new Asked(type, room, id, given, limited));
    peer().say("{'type':'%s','ref':%s,'room':'%s'%s}".formatted(type, ref, room.value(), more));
  }

  /// Takes so many bytes of what has come.
  void take(int bytes) {
    if (peer != null) {
      peer.take(bytes).forEach(this::hear);
    }
  }

  /// Takes all, and comes back if it was cut off.
  ///
  /// @return whether there was anything
  boolean takeAll() {
    if (peer != null && peer.closed() != null) {
      drop();
    }
    if (peer == null) {
      connect();
      return true;
    }
    List<Json> all = peer.take();
    all.forEach(this::hear);
    return !all.isEmpty();
  }

  /// All is at rest: it has had all replies, and all entries.
  void lacksNothing() {
    check(asked.isEmpty(), "each request has had its reply; these have not: " + asked);
    for (RoomName room : World.ROOMS) {
      View view = view(room);
      if (view.in) {
        check(!view.catchingUp, "a replay has ended");
        Position end = world.store().end(TopicName.room(room));
        check(
            Objects.equals(view.at, end),
            name + " has all of " + room + ": is at " + view.at + ", the log at " + end);
      }
    }
    sayings.forEach(this::isStoredOnce);
  }

  private void isStoredOnce(String id, Saying saying) {
    TopicName topic = TopicName.room(saying.room);
    long made = world.store().made(topic, new ClientId(name), id);
    check(made <= 1, "one request makes one entry");
    if (saying.stored != null && world.isSpotless()) {
      check(made == 1 && world.store().holds(topic, saying.stored), "what was stored is there");
    }
  }

  private void hear(Json frame) {
    Asked request = null;
    if (frame.has("ref")) {
      request = asked.remove(frame.number("ref"));
      check(request != null, "a reply has a request: " + frame.text());
    }
    switch (frame.type()) {
      case "joined" -> joined(request, frame);
      case "caught_up" -> caughtUp(frame);
      case "chat", "edited", "deleted", "reaction" -> entry(frame);
      case "ok" -> ok(request, frame);
      case "error" -> error(request, frame);
      default -> check(TOLD.contains(frame.type()), "it is to be told this: " + frame.text());
    }
  }

  private void joined(@Nullable Asked request, Json frame) {
    View view = view(roomOf(frame));
    boolean recovered = frame.truth("recovered");
    Position given = request == null ? null : request.given;
    check(request != null || !recovered, "what was not asked for is not recovered");
    if (world.isSpotless() && request != null && !request.limited) {
      check(recovered, "nothing hinders the recovery: " + frame.text());
    }
    view.at = recovered ? given : null;
    view.in = true;
    view.catchingUp = frame.truth("more");
    Position after = position(frame.text("after"));
    List<Json> messages = frame.objects("messages");
    if (view.at == null) {
      seeNewest(view, roomOf(frame), messages, after);
    } else {
      messages.forEach(message -> see(view, message));
    }
    check(view.at == null || view.at.equals(after), "the reply ends where it says");
    view.at = after;
  }

  /// A page of the newest leaves out what changes nothing any more, and no message.
  private void seeNewest(View view, RoomName room, List<Json> messages, Position after) {
    Set<Position> seen = new HashSet<>();
    Position last = null;
    for (Json message : messages) {
      view.at = null;
      see(view, message);
      Position at = position(message.text("pos"));
      check(last == null || at.offset() > last.offset(), "they are in order: " + last + ", " + at);
      last = at;
      seen.add(at);
    }
    check(last == null || last.offset() <= after.offset(), "the page ends behind all of it");
    view.at = after.equals(last) ? last : null;
    TopicName topic = TopicName.room(room);
    if (!messages.isEmpty() && world.store().holds(topic, after)) {
      long first = position(messages.getFirst().text("pos")).offset();
      for (Publication entry : world.store().entries(topic)) {
        Position at = Objects.requireNonNull(entry.position());
        boolean within = at.offset() > first && at.offset() <= after.offset();
        check(
            !within || !(entry.entry() instanceof Entry.Chat) || seen.contains(at),
            "no message is left out: " + at);
      }
    }
  }

  private void caughtUp(Json frame) {
    View view = view(roomOf(frame));
    check(view.in && view.catchingUp, "a replay was under way");
    check(Objects.equals(position(frame.text("pos")), view.at), "it ends where it says");
    view.catchingUp = false;
  }

  private void entry(Json frame) {
    View view = view(roomOf(frame));
    if (frame.has("offset")) {
      check(view.in, "nothing is delivered to who is not there");
      see(view, frame);
    }
  }

  /// An entry that comes behind the one before it.
  private void see(View view, Json frame) {
    Position position = position(frame.text("pos"));
    TopicName topic = TopicName.room(roomOf(frame));
    Position before = world.store().before(topic, position);
    check(before != null, "there was such an entry: " + frame.text());
    check(
        view.at == null || view.at.equals(before),
        "behind " + view.at + " comes what was stored behind it, not " + position);
    view.at = position;
    if (frame.has("id") && frame.text("client").equals(name)) {
      Saying saying = sayings.get(frame.text("id"));
      // If it was sent before, on a connection that ended, then that caused the entry.
      check(
          saying == null || saying.unknown || !isAsked(frame.text("id")),
          "the ok comes before the entry");
    }
  }

  private void ok(@Nullable Asked request, Json frame) {
    if (request == null) {
      throw new AssertionError("an ok answers something: " + frame.text());
    }
    if (request.type.equals("leave")) {
      view(request.room).in = false;
    }
    if (request.id != null) {
      Position stored = position(frame.text("pos"));
      Saying saying = saying(request.id);
      check(
          saying.stored == null || saying.stored.equals(stored) || !world.isSpotless(),
          "the first outcome stays");
      saying.stored = stored;
      check(world.store().before(TopicName.room(saying.room), stored) != null, "it was stored");
    }
  }

  private void error(@Nullable Asked request, Json frame) {
    if (request == null) {
      view(roomOf(frame)).in = false;
      return;
    }
    boolean retry = frame.truth("retry");
    if (request.type.equals("join")) {
      view(request.room).in = false;
    }
    if (request.id != null) {
      check(retry, "nothing is wrong with it: " + frame.text());
      Saying saying = saying(request.id);
      check(
          saying.unknown
              || world.store().made(TopicName.room(saying.room), new ClientId(name), request.id)
                  == 0,
          "what may be sent again was not stored");
    }
  }

  private static RoomName roomOf(Json frame) {
    return new RoomName(frame.text("room"));
  }

  private static Position position(String text) {
    return Objects.requireNonNull(Position.parse(text), text);
  }

  private View view(RoomName room) {
    return Objects.requireNonNull(views.get(room), room.value());
  }

  private Saying saying(String id) {
    return Objects.requireNonNull(sayings.get(id), id);
  }

  private FakePeer peer() {
    return Objects.requireNonNull(peer, "connected");
  }
}
