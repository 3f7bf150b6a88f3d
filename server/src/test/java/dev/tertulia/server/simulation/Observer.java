package dev.tertulia.server.simulation;

import static dev.tertulia.server.simulation.World.check;

import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A client of the base protocol in the lobby: while it is connected it receives every message,
/// once and in order, unless the log loses its end, of which base clients can't be told.
final class Observer {
  private static final TopicName LOBBY = TopicName.room(RoomName.LOBBY);

  private final World world;
  private final String name;
  private final int loop;
  private @Nullable FakePeer peer;

  /// The offset of the last message that it heard; -1 for none.
  private long last = -1;

  Observer(World world, String name, int loop) {
    this.world = world;
    this.name = name;
    this.loop = loop;
  }

  boolean isConnected() {
    return peer != null && peer.closed() == null;
  }

  void act() {
    if (peer == null) {
      peer = world.server().base(name, loop);
      last = -1;
    } else if (peer.closed() != null || world.random().nextInt(10) == 0) {
      lose();
    } else if (world.random().nextBoolean()) {
      peer.say("{'type':'chat','message':'%s'}".formatted(world.text()));
    } else {
      peer.take(world.random().nextInt(2_000)).forEach(this::hear);
    }
  }

  void lose() {
    if (peer != null) {
      peer.go();
      peer = null;
    }
  }

  /// What it has heard is not what there is.
  void forget() {
    lose();
  }

  boolean takeAll() {
    if (peer == null) {
      return false;
    }
    if (peer.closed() != null) {
      lose();
      return true;
    }
    List<Json> all = peer.take();
    all.forEach(this::hear);
    return !all.isEmpty();
  }

  private void hear(Json frame) {
    check(
        Set.of("chat", "notification", "error").contains(frame.type()),
        "a base client is told three things, not " + frame.text());
    if (frame.type().equals("chat") && frame.has("offset")) {
      long offset = frame.number("offset");
      check(offset > last || world.losesEnds(), "in order, and once");
      if (last >= 0 && world.isSpotless()) {
        for (Publication entry : world.store().entries(LOBBY)) {
          check(
              entry.head() <= last
                  || entry.head() >= offset
                  || !(entry.entry() instanceof Entry.Chat),
              "no message is missing");
        }
      }
      last = offset;
    }
  }
}
