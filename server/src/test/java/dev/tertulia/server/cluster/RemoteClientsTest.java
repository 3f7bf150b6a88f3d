package dev.tertulia.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.NodeName;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.relay.RelayMessage.Announcement;
import dev.tertulia.server.relay.RelayMessage.Origin;
import dev.tertulia.server.relay.RelayMessage.Presence;
import dev.tertulia.server.relay.RelayMessage.Presence.Stay;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a node knows of the clients of others, in virtual time.
final class RemoteClientsTest {
  private static final NodeName TWO = new NodeName("two");
  private static final RoomName PLAZA = new RoomName("plaza");
  private static final ClientId ANA = new ClientId("ana");
  private static final ClientId BOB = new ClientId("bob");

  private final List<String> told = new ArrayList<>();
  private final List<String> departed = new ArrayList<>();
  private int appeared;
  private long now;
  private final RemoteClients remote = new RemoteClients(() -> now);

  RemoteClientsTest() {
    remote.begin(
        (node, room, client, name, connections) -> {
          told.add(client + " " + connections);
          return connections == 0 ? 1 : -1;
        },
        (room, client, left) -> departed.add(client.value()),
        () -> appeared++,
        client -> {});
  }

  private static Origin origin(long incarnation) {
    return new Origin(TWO, incarnation, 0, 0);
  }

  private static Stay all(ClientId client, int connections) {
    return new Stay(null, client, "", connections);
  }

  private static Stay in(ClientId client, int connections) {
    return new Stay(PLAZA, client, client.value(), connections);
  }

  private void report(long round, Stay... stays) {
    remote.received(new Presence(origin(1), round, 0, 1, List.of(stays)));
  }

  private void pass(Duration time) {
    now += time.toNanos();
    remote.look();
  }

  @Test
  void aReportReplacesTheOneBefore() {
    report(1, all(ANA, 2), in(ANA, 1), all(BOB, 1));
    assertThat(remote.connections(ANA)).isEqualTo(2);
    assertThat(remote.joinedRooms(ANA)).isEqualTo(1);
    report(2, all(BOB, 1));
    assertThat(remote.connections(ANA)).isZero();
    assertThat(remote.joinedRooms(ANA)).isZero();
    assertThat(remote.connections(BOB)).isEqualTo(1);
    assertThat(told).containsExactly("ana 1", "ana 0");
    assertThat(appeared).isEqualTo(1);
  }

  @Test
  void aReportInPartsCountsOnceAllAreThereWithWhatHasChangedMeanwhile() {
    report(1, all(ANA, 1));
    remote.received(new Presence(origin(1), 2, 1, 2, List.of(all(BOB, 1))));
    remote.received(new Presence(origin(1), 2, 0, 0, List.of(all(BOB, 3), all(ANA, 0))));
    assertThat(remote.connections(ANA)).isZero();
    remote.received(new Presence(origin(1), 2, 0, 2, List.of(all(ANA, 1))));
    assertThat(remote.connections(ANA)).isZero();
    assertThat(remote.connections(BOB)).isEqualTo(3);
  }

  @Test
  void theClientsOfADeadNodeLeaveOnceAndNoLongerCount() {
    report(1, all(ANA, 1), in(ANA, 1));
    pass(Duration.ofSeconds(3));
    assertThat(remote.missing()).containsExactly(TWO);
    assertThat(remote.connections(ANA)).isEqualTo(1);
    // It is still seen in the database, so only Redis does not carry what it says.
    remote.seen(TWO, 1);
    pass(Duration.ofSeconds(9));
    assertThat(departed).isEmpty();
    pass(Duration.ofSeconds(2));
    assertThat(departed).containsExactly("ana");
    assertThat(remote.connections(ANA)).isZero();
    assertThat(remote.nodes()).isEmpty();
    pass(Duration.ofSeconds(60));
    assertThat(departed).containsExactly("ana");
  }

  @Test
  void aNodeThatHasStartedAgainHasNobodyAndItsFormerSelfIsNotHeard() {
    report(1, all(ANA, 1), in(ANA, 1));
    remote.received(new Announcement(origin(2), 0, List.of()));
    assertThat(remote.connections(ANA)).isZero();
    assertThat(departed).containsExactly("ana");
    report(7, all(ANA, 1), in(ANA, 1));
    assertThat(remote.connections(ANA)).isZero();
    assertThat(appeared).isEqualTo(2);
  }
}
