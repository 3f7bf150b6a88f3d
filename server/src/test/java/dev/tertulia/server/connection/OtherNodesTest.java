package dev.tertulia.server.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.simulation.FakeClock;
import dev.tertulia.server.simulation.FakePeer;
import dev.tertulia.server.simulation.FakeServer;
import dev.tertulia.server.simulation.FakeServer.Setup;
import dev.tertulia.server.simulation.FakeStore;
import org.junit.jupiter.api.Test;

/// What a client holds on other nodes counts towards its limits, which are 100 connections and
/// 100,000 rooms here.
final class OtherNodesTest {
  private int connections;
  private int joinedRooms;

  private final FakeServer server =
      new FakeServer(
          new FakeStore(),
          new FakeClock(),
          Setup.normal()
              .others(
                  new OtherNodes() {
                    @Override
                    public int connections(ClientId client) {
                      return client.value().equals("ana") ? connections : 0;
                    }

                    @Override
                    public int joinedRooms(ClientId client) {
                      return client.value().equals("ana") ? joinedRooms : 0;
                    }

                    @Override
                    public void changed(ClientId client) {}
                  }));

  @Test
  void theConnectionsOfAClientCountOnAllNodes() {
    connections = 98;
    assertThat(server.full("ana", 0).closed()).isNull();
    assertThat(server.full("ana", 1).closed()).isNull();
    assertThat(server.full("ana", 0).closed()).isEqualTo(CloseReason.TOO_MANY_CONNECTIONS);
    connections = 100;
    assertThat(server.full("luis", 0).closed()).isNull();
  }

  @Test
  void aClientMayHaveNoConnectionHereIfItHasAllElsewhere() {
    connections = 100;
    assertThat(server.full("ana", 0).closed()).isEqualTo(CloseReason.TOO_MANY_CONNECTIONS);
    connections = 99;
    assertThat(server.full("ana", 0).closed()).isNull();
  }

  @Test
  void theRoomsOfAClientCountOnAllNodes() {
    FakePeer ana = server.full("ana", 0);
    ana.say("{'type':'hello'}");
    server.takeAll(ana);
    joinedRooms = 99_999;
    ana.say("{'type':'join','ref':1,'room':'plaza'}");
    assertThat(server.takeAll(ana)).noneMatch(frame -> frame.type().equals("error"));
    ana.say("{'type':'join','ref':2,'room':'patio'}");
    assertThat(server.takeAll(ana)).anyMatch(frame -> frame.type().equals("error"));
  }
}
