package dev.tertulia.server.proof;

import dev.tertulia.server.testing.Json;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A client that writes to rooms in turn, with a fixed number of messages in flight; messages that
/// were unanswered when the server was killed are sent again.
final class Scribe extends RoomPeer {
  private final List<String> rooms;
  private final Known known;

  /// By its id, the room of what waits for an answer.
  private final Map<String, String> unanswered = new LinkedHashMap<>();

  private final ArrayDeque<String> wanted = new ArrayDeque<>();
  private int number;
  private int inFlight;
  private boolean going;

  /// The newest offset of each room that anybody had an `ok` for. Any thread.
  static final class Known {
    private final Map<String, Long> heads = new HashMap<>();

    synchronized long of(String room) {
      return heads.getOrDefault(room, 0L);
    }

    synchronized void note(String room, long offset) {
      heads.merge(room, offset, Math::max);
    }
  }

  Scribe(String name, List<String> rooms, Known known) {
    super(name);
    this.rooms = rooms;
    this.known = known;
  }

  /// Goes on until it is told to rest.
  ///
  /// @param onTheirWay how many messages it sends ahead of the answers
  synchronized void write(int onTheirWay) {
    going = true;
    inFlight = onTheirWay;
    goOn();
  }

  /// Writes `count` messages into each room, and waits for that.
  void write(int count, int onTheirWay) {
    synchronized (this) {
      for (int i = 0; i < count; i++) {
        wanted.addAll(rooms);
      }
      inFlight = onTheirWay;
      goOn();
    }
    await("answers", () -> unanswered.isEmpty() && wanted.isEmpty());
  }

  /// Writes no more, and waits until all is answered.
  void rest() {
    synchronized (this) {
      going = false;
    }
    await("answers", unanswered::isEmpty);
  }

  private void goOn() {
    while ((going || !wanted.isEmpty()) && unanswered.size() < inFlight) {
      String room = wanted.isEmpty() ? rooms.get(number % rooms.size()) : wanted.remove();
      String id = name + "-" + number++;
      unanswered.put(id, room);
      send(id, room);
    }
  }

  private void send(String id, String room) {
    say("'type':'chat','ref':'" + id + "','room':'" + room + "','id':'" + id + "','message':'m'");
  }

  @Override
  void connected() {
    unanswered.forEach(this::send);
  }

  @Override
  void disconnected() {
    going = false;
    wanted.clear();
  }

  @Override
  void received(Json frame) {
    if (frame.type().equals("ok")) {
      known.note(frame.text("room"), frame.number("offset"));
      unanswered.remove(frame.text("ref"));
      goOn();
    } else if (frame.type().equals("error")) {
      breaches.add(frame.text());
    }
  }
}
