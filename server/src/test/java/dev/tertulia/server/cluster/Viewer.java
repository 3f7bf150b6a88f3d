package dev.tertulia.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.PersistentTalkers.Said;
import dev.tertulia.server.testing.TestServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/// A client that looks at rooms until it has seen the end of each, as people do: it shows what
/// comes, and what it is given when it is told to start over. Whenever it loses its connection, or
/// [leaves][#leave], it comes back at the next node and resumes.
final class Viewer {
  /// The text of the last message in a room.
  static final String END = "end";

  private final List<Integer> ports;
  private final String name;
  private final Map<String, Room> rooms = new HashMap<>();
  private final CompletableFuture<Void> watching;

  /// Where it is connected; `null` while it is not.
  private volatile @Nullable FullPeer peer;

  /// What it shows of a room. Owned by its thread until it has seen all.
  static final class Room {
    private final List<Said> shown = new ArrayList<>();
    private String pos = "";
    private int startedOver;

    /// What it shows, oldest first.
    List<Said> shown() {
      return shown;
    }

    /// How often it was told to start over.
    int startedOver() {
      return startedOver;
    }

    private boolean hasEnded() {
      return !shown.isEmpty() && shown.getLast().text().equals(END);
    }

    private void joined(Json frame) {
      if (frame.truth("recovered")) {
        frame.objects("messages").forEach(this::add);
      } else {
        startedOver += pos.isEmpty() ? 0 : 1;
        shown.clear();
        pos = frame.has("pos") ? frame.text("pos") : "";
        frame.objects("messages").forEach(this::add);
      }
    }

    private void add(Json chat) {
      Said said = Said.of(chat);
      if (!shown.isEmpty()) {
        assertThat(said.offset())
            .as("%s follows %s", said, shown.getLast())
            .isEqualTo(shown.getLast().offset() + 1);
      }
      shown.add(said);
      pos = chat.text("pos");
    }
  }

  /// Begins.
  ///
  /// @param first the index of the port where it is at first
  Viewer(String name, List<Integer> ports, int first, List<String> rooms) {
    this.name = name;
    this.ports = List.copyOf(ports);
    rooms.forEach(room -> this.rooms.put(room, new Room()));
    watching = CompletableFuture.runAsync(() -> watch(first), Thread::startVirtualThread);
  }

  private void watch(int first) {
    for (int at = first; !hasEnded(); at = (at + 1) % ports.size()) {
      try (FullPeer connected = FullPeer.connect(ports.get(at), name)) {
        peer = connected;
        connected.ask("'type':'hello'");
        rooms.forEach((room, view) -> join(connected, room, view));
        while (!hasEnded()) {
          show(connected, connected.next(frame -> frame.has("room")));
        }
      } catch (FullPeer.ClosedException | FullPeer.SilentException | CompletionException e) {
        // It comes back.
        peer = null;
      }
    }
  }

  private static void join(FullPeer connected, String name, Room room) {
    String after = room.pos.isEmpty() ? "" : ",'after':'" + room.pos + "'";
    Json reply = connected.ask("'type':'join','room':'" + name + "'" + after);
    while (!reply.type().equals("joined")) {
      assertThat(reply.text("code")).as(reply.text()).isEqualTo("unavailable");
      Awaitility.await().pollDelay(Duration.ofMillis(50)).until(() -> true);
      reply = connected.ask("'type':'join','room':'" + name + "'" + after);
    }
    room.joined(reply);
  }

  private void show(FullPeer connected, Json frame) {
    Room room = rooms.get(frame.text("room"));
    if (room == null) {
      return;
    }
    switch (frame.type()) {
      case "joined" -> room.joined(frame);
      case "chat" -> {
        if (frame.has("offset")) {
          room.add(frame);
        }
      }
      // It could not be given the room again, and is not in it any more.
      case "error" -> join(connected, frame.text("room"), room);
      default -> {}
    }
  }

  private boolean hasEnded() {
    return rooms.values().stream().allMatch(Room::hasEnded);
  }

  /// Loses its connection. Any thread.
  void leave() {
    FullPeer connected = peer;
    if (connected != null) {
      connected.hangUp();
    }
  }

  /// What it shows of a room, once it has seen the end of all, for which this waits.
  Room room(String room) {
    try {
      watching.orTimeout(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      throw new AssertionError(name + " has not seen the end of " + room + " and all others", e);
    }
    return rooms.getOrDefault(room, new Room());
  }

  @Override
  public String toString() {
    return name + " " + rooms.keySet();
  }
}
