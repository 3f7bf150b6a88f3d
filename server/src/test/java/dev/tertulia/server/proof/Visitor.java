package dev.tertulia.server.proof;

import dev.tertulia.server.testing.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/// A client that joins rooms, listens for a few messages, leaves and returns, at the newest entries
/// or at an earlier position; and reads pages of the history in between.
final class Visitor extends RoomPeer {
  /// How many positions of a room it keeps.
  private static final int KEPT = 20;

  private static final int MOST_LISTENED = 4;

  private final List<String> rooms;
  private final Scribe.Known known;
  private final RandomGenerator random;
  private final Map<String, Visit> present = new HashMap<>();
  private final Map<String, Integer> listening = new HashMap<>();
  private final Map<String, List<String>> positions = new HashMap<>();
  private final Map<Long, Visit> asked = new HashMap<>();
  private final Map<Long, Visit> leaving = new HashMap<>();
  private final Map<Long, HistoryRead> reading = new HashMap<>();
  private final List<Visit> visits = new ArrayList<>();
  private final List<HistoryRead> histories = new ArrayList<>();
  private long refs;
  private int joins;

  /// How often it may still come.
  private int left;

  /// A page of history.
  private static final class HistoryRead {
    private final String room;
    private final long before;
    private final int limit;
    private final Run run = new Run();
    private boolean more;

    HistoryRead(String room, long before, int limit) {
      this.room = room;
      this.before = before;
      this.limit = limit;
    }

    void check(ExportedRooms.Room log, List<String> wrong) {
      int end = log.below(before);
      int begin = Math.max(0, end - limit);
      if (!log.run(begin, end).isSame(run) || more != begin > 0) {
        wrong.add(
            "history of "
                + room
                + " before "
                + before
                + ": "
                + run
                + ", not "
                + log.run(begin, end));
      }
    }
  }

  Visitor(String name, List<String> rooms, Scribe.Known known, RandomGenerator random) {
    super(name);
    this.rooms = rooms;
    this.known = known;
    this.random = random;
  }

  /// Comes so often, from the next connection on.
  synchronized void come(int often) {
    left = often;
  }

  /// Waits until it has come as often as it was to, or the connection has ended.
  void awaitAll() {
    await("all joins", () -> isEnded() || (left == 0 && asked.isEmpty() && reading.isEmpty()));
  }

  /// Waits until it has everything up to the newest of what is known, wherever it is.
  void awaitRest() {
    await(
        "the last entry",
        () ->
            isEnded()
                || present.values().stream()
                    .allMatch(visit ->
                        visit.isLive() && Visit.offset(visit.last()) >= known.of(visit.room)));
  }

  /// How often it has come, in all.
  synchronized int joins() {
    return joins;
  }

  /// Holds all that it saw against the log, and forgets it.
  synchronized void check(ExportedRooms log, List<String> wrong) {
    wrong.addAll(breaches);
    visits.forEach(visit -> wrong.addAll(visit.check(log.room(visit.room))));
    histories.forEach(read -> read.check(log.room(read.room), wrong));
    visits.clear();
    histories.clear();
  }

  /// Comes into all rooms.
  synchronized void begin() {
    rooms.forEach(this::join);
  }

  @Override
  void connected() {
    // It waits for the others.
  }

  @Override
  void disconnected() {
    present.clear();
    listening.clear();
    asked.clear();
    leaving.clear();
    reading.clear();
  }

  private void join(String room) {
    if (left == 0) {
      return;
    }
    left--;
    List<String> had = positions.getOrDefault(room, List.of());
    String given = had.isEmpty() || random.nextInt(3) == 0 ? null : any(had);
    Integer limit = random.nextInt(given == null ? 2 : 8) > 0 ? null : random.nextInt(1, 100);
    Visit visit = new Visit(name, room, given, limit, known.of(room));
    long ref = ++refs;
    asked.put(ref, visit);
    say(
        "'type':'join','ref':"
            + ref
            + ",'room':'"
            + room
            + "'"
            + (given == null ? "" : ",'after':'" + given + "'")
            + (limit == null ? "" : ",'limit':" + limit));
  }

  private String any(List<String> some) {
    return some.get(random.nextInt(some.size()));
  }

  @Override
  void received(Json frame) {
    switch (frame.type()) {
      case "joined" -> joined(frame);
      case "caught_up" -> visit(frame).caughtUp(frame);
      case "chat" -> visit(frame).entry(frame);
      case "history" -> history(frame);
      case "ok" -> left(frame);
      case "error" -> breaches.add(name + ": " + frame.text());
      default -> {
        // The welcome.
      }
    }
    Visit visit = frame.has("room") ? present.get(frame.text("room")) : null;
    if (visit != null
        && visit.isLive()
        && left > 0
        && !leaving.containsValue(visit)
        && visit.live() >= listening.getOrDefault(visit.room, 0)) {
      leave(visit);
    }
  }

  private Visit visit(Json frame) {
    Visit visit = present.get(frame.text("room"));
    if (visit == null) {
      throw new AssertionError("it is not in that room");
    }
    return visit;
  }

  private void joined(Json frame) {
    Visit visit = frame.has("ref") ? asked.remove(frame.number("ref")) : null;
    if (visit == null) {
      throw new AssertionError("nobody has asked for that");
    }
    joins++;
    visit.joined(frame);
    visits.add(visit);
    present.put(visit.room, visit);
    listening.put(visit.room, random.nextInt(MOST_LISTENED + 1));
  }

  private void left(Json frame) {
    Visit visit = frame.has("ref") ? leaving.remove(frame.number("ref")) : null;
    if (visit != null) {
      present.remove(visit.room);
    }
  }

  private void leave(Visit visit) {
    List<String> had = positions.computeIfAbsent(visit.room, _ -> new ArrayList<>());
    if (had.size() == KEPT) {
      had.remove(random.nextInt(KEPT));
    }
    had.add(visit.last());
    long ref = ++refs;
    leaving.put(ref, visit);
    say("'type':'leave','ref':" + ref + ",'room':'" + visit.room + "'");
    if (random.nextInt(10) == 0) {
      readHistory(visit.room);
    }
    join(visit.room);
  }

  private void readHistory(String room) {
    HistoryRead read =
        new HistoryRead(room, random.nextLong(1, known.of(room) + 1), random.nextInt(1, 200));
    long ref = ++refs;
    reading.put(ref, read);
    say(
        "'type':'history','ref':"
            + ref
            + ",'room':'"
            + room
            + "','before':"
            + read.before
            + ",'limit':"
            + read.limit);
  }

  private void history(Json frame) {
    HistoryRead read = reading.remove(frame.number("ref"));
    if (read == null) {
      throw new AssertionError("nobody has asked for that");
    }
    frame.objects("messages").forEach(message -> read.run.add(Seen.of(message)));
    read.more = frame.truth("more");
    histories.add(read);
  }
}
