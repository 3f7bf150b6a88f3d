package dev.tertulia.server.simulation;

import static dev.tertulia.server.simulation.World.check;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.topic.InboxPosition;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One device of a client that notifies, reads and revokes, disconnects and returns with the
/// position of the last frame received. It compares what it is told about its inbox with the two
/// logs: everything, once, in the order in which it was stored. For worlds whose log loses nothing.
final class InboxOwner {
  private final World world;
  private final ClientId client;
  private final int loop;
  private final Map<Long, String> asked = new HashMap<>();
  private final List<String> sent = new ArrayList<>();
  private @Nullable FakePeer peer;
  private String kept = "";

  /// The positions that it has given and had no answer to, oldest first; empty for none.
  private final ArrayDeque<String> given = new ArrayDeque<>();

  /// Up to here it has all, in the order of its inbox; `null` for nothing yet.
  private @Nullable Publication at;

  /// It is told the newest that stand, and nothing of what was done to them.
  private boolean newest;

  private boolean opened;
  private boolean catchingUp;
  private long refs;

  InboxOwner(World world, String name, int loop) {
    this.world = world;
    client = new ClientId(name);
    this.loop = loop;
  }

  /// Does something.
  void act() {
    if (peer == null) {
      connect();
      return;
    }
    if (peer.closed() != null) {
      lose();
      return;
    }
    switch (world.random().nextInt(10)) {
      case 0 -> lose();
      case 1 -> ask("'type':'inbox'");
      case 2 -> hello("");
      case 3 -> {
        if (!sent.isEmpty()) {
          ask("'type':'revoke','id':'%s'".formatted(any()));
        }
      }
      case 4 -> {
        if (at != null && at.entry() instanceof Entry.Notification) {
          String what = world.random().nextBoolean() ? "'ids':['%s']" : "'up_to':'%s'";
          ask("'type':'inbox_read'," + what.formatted(at.id()));
        }
      }
      case 5 -> ask("'type':'broadcast_notification','message':'%s'".formatted(world.text()));
      default ->
          ask(
              "'type':'notification','to':'n%s','message':'%s'"
                  .formatted(world.random().nextInt(2), world.text()));
    }
  }

  private String any() {
    return sent.get(world.random().nextInt(sent.size()));
  }

  private void connect() {
    peer = world.server().full(client.value(), loop);
    opened = false;
    catchingUp = false;
    asked.clear();
    given.clear();
    hello(",'device':'d'");
  }

  private void hello(String more) {
    given.add(kept);
    ask("'type':'hello','inbox':" + (kept.isEmpty() ? "null" : "'" + kept + "'") + more);
  }

  private void ask(String fields) {
    long ref = ++refs;
    asked.put(ref, fields);
    Objects.requireNonNull(peer).say("{'ref':%s,%s}".formatted(ref, fields));
  }

  /// Is cut off, in whatever way.
  void lose() {
    if (peer != null) {
      peer.go();
    }
    peer = null;
    asked.clear();
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
      lose();
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
    check(opened && !catchingUp, client + " is at the end of its inbox");
    check(
        missing(null).isEmpty(),
        "%s has all of its inbox: is at %s, and lacks %s".formatted(client, at, missing(null)));
  }

  private void hear(Json frame) {
    String request = null;
    if (frame.has("ref")) {
      request = asked.remove(frame.number("ref"));
      check(request != null, "a reply has a request: " + frame.text());
    }
    switch (frame.type()) {
      case "inbox" -> {
        if (request == null) {
          opened(frame);
        }
      }
      case "caught_up" -> {
        check(catchingUp, "a replay was under way");
        catchingUp = false;
        reached(frame.text("pos"));
      }
      case "notification", "inbox_read", "notification_revoked" -> see(frame);
      case "ok" -> {
        if (request != null && request.contains("otification'")) {
          sent.add(frame.text("id"));
        }
      }
      case "error" ->
          check(
              request != null
                  && (frame.truth("retry")
                      || List.of("forbidden", "not_found").contains(frame.text("code"))),
              "nothing is wrong with it: " + frame.text() + " to " + request);
      default -> check(frame.type().equals("welcome"), "it is to be told this: " + frame.text());
    }
  }

  private void opened(Json frame) {
    check(frame.truth("recovered"), "nothing hinders the recovery: " + frame.text());
    opened = true;
    catchingUp = frame.truth("more");
    String begin = given.remove();
    newest = begin.isEmpty();
    at = newest ? null : last(begin);
    for (Json entry : frame.objects("notifications")) {
      see(entry);
    }
    reached(frame.text("pos"));
    newest = false;
  }

  /// An entry that comes behind the one before it.
  private void see(Json frame) {
    InboxPosition position =
        Objects.requireNonNull(InboxPosition.parse(frame.text("pos")), frame.text());
    Publication entry = find(position);
    if (entry == null) {
      throw new AssertionError("not so: there is such an entry: " + frame.text());
    }
    check(isAfter(entry), "it is behind " + at + ": " + frame.text());
    check(
        newest || at == null || missing(entry).isEmpty(),
        "nothing is missing between %s and %s: %s".formatted(at, entry, missing(entry)));
    at = entry;
    kept = frame.text("pos");
  }

  /// The server says that it has all up to there.
  private void reached(String pos) {
    Publication last = last(pos);
    if (last != null && isAfter(last)) {
      check(
          newest || at == null || (missing(last).isEmpty() && isOptional(last)),
          "nothing is missing up to %s: %s".formatted(last, missing(last)));
      at = last;
    }
    kept = pos;
  }

  /// The last entry up to a position, which may have one part.
  private @Nullable Publication last(String pos) {
    InboxPosition position = Objects.requireNonNull(InboxPosition.parse(pos), pos);
    Publication last = null;
    for (Publication entry : all()) {
      boolean own = entry.topic().kind() == TopicName.Kind.INBOX;
      var part = own ? position.personal() : position.broadcasts();
      if (part != null && entry.head() <= part.offset()) {
        last = entry;
      }
    }
    return last;
  }

  private List<Publication> all() {
    return FakeInboxes.all(world.store(), client);
  }

  private @Nullable Publication find(InboxPosition position) {
    for (Publication entry : all()) {
      boolean own = entry.topic().kind() == TopicName.Kind.INBOX;
      if (Objects.equals(entry.position(), own ? position.personal() : position.broadcasts())) {
        return entry;
      }
    }
    return null;
  }

  private static int indexOf(List<Publication> all, @Nullable Publication entry) {
    for (int i = 0; entry != null && i < all.size(); i++) {
      if (all.get(i).topic().equals(entry.topic()) && all.get(i).head() == entry.head()) {
        return i;
      }
    }
    return -1;
  }

  private boolean isAfter(Publication entry) {
    List<Publication> all = all();
    return indexOf(all, entry) > indexOf(all, at);
  }

  /// What comes behind the last that it had, and before `end`, and had to come.
  private List<Publication> missing(@Nullable Publication end) {
    List<Publication> all = all();
    int to = end == null ? all.size() : indexOf(all, end);
    return all.subList(indexOf(all, at) + 1, Math.max(to, indexOf(all, at) + 1)).stream()
        .filter(entry -> !isOptional(entry))
        .toList();
  }

  /// What was revoked is not shown, and what it has read itself it is not told.
  private static boolean isOptional(Publication entry) {
    return entry.entry() instanceof Entry.InboxRead
        || (entry.entry() instanceof Entry.Notification notification && notification.revoked());
  }
}
