package dev.tertulia.server.protocol.full;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.NodeName;
import dev.tertulia.server.model.Partial;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.presence.PresenceStore;
import dev.tertulia.server.simulation.FakeClock;
import dev.tertulia.server.simulation.FakePeer;
import dev.tertulia.server.simulation.FakeServer;
import dev.tertulia.server.simulation.FakeServer.Setup;
import dev.tertulia.server.simulation.FakeStore;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// A list of those present that comes from elsewhere, later and on another thread.
final class PresenceElsewhereTest {
  private final CompletableFuture<Partial<PresenceStore.Members>> answer =
      new CompletableFuture<>();

  private final FakeServer server =
      new FakeServer(new FakeStore(), new FakeClock(), Setup.normal().presence(Late::new));

  private final class Late implements PresenceStore {
    private final PresenceStore here;

    private Late(PresenceStore here) {
      this.here = here;
    }

    @Override
    public int enter(RoomName room, ClientId client, String name) {
      return here.enter(room, client, name);
    }

    @Override
    public boolean leave(RoomName room, ClientId client, boolean tell) {
      return here.leave(room, client, tell);
    }

    @Override
    public boolean hasRoomFor(RoomName room, ClientId client) {
      return here.hasRoomFor(room, client);
    }

    @Override
    public boolean isIn(RoomName room, ClientId client) {
      return here.isIn(room, client);
    }

    @Override
    public int count(RoomName room) {
      return here.count(room);
    }

    @Override
    public CompletableFuture<Partial<Members>> members(RoomName room, int most) {
      return answer;
    }

    @Override
    public int rooms() {
      return here.rooms();
    }
  }

  @Test
  void itIsAnsweredOnTheLoopOnceItIsThere() throws InterruptedException {
    FakePeer ana = server.full("ana", 0);
    ana.say("{'type':'hello'}");
    server.takeAll(ana);
    ana.say("{'type':'presence','ref':1,'room':'plaza'}");
    assertThat(server.takeAll(ana)).isEmpty();
    Thread elsewhere =
        Thread.ofPlatform()
            .start(() ->
                answer.complete(
                    new Partial<>(
                        new PresenceStore.Members(
                            List.of(new PresenceStore.Member(new ClientId("luis"), "Luis")), 1),
                        List.of(new NodeName("b")))));
    elsewhere.join();
    assertThat(ana.take()).as("written by another thread").isEmpty();
    assertThat(server.takeAll(ana))
        .singleElement()
        .satisfies(reply -> assertThat(reply.text()).contains("luis"));
  }

  @Test
  void aConnectionThatHasEndedMeanwhileGetsNothing() {
    FakePeer ana = server.full("ana", 0);
    ana.say("{'type':'hello'}");
    server.takeAll(ana);
    ana.say("{'type':'presence','ref':1,'room':'plaza'}");
    server.takeAll(ana);
    ana.go();
    answer.complete(Partial.whole(new PresenceStore.Members(List.of(), 0)));
    server.settle();
    assertThat(ana.take()).isEmpty();
  }
}
