package dev.tertulia.server.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.simulation.FakeClock;
import dev.tertulia.server.simulation.FakePeer;
import dev.tertulia.server.simulation.FakeServer;
import dev.tertulia.server.simulation.FakeServer.Setup;
import dev.tertulia.server.simulation.FakeStore;
import dev.tertulia.server.testing.Faults;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.LoggedLines;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Log;
import dev.tertulia.server.topic.TopicName;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What fails on the way to connections, and how each of them hears of it. The server is whole but
/// for its sockets and its disk.
@ParameterizedClass
@EnumSource
final class ConnectionFaultsTest {
  private static final TopicName ROOM = TopicName.room(new RoomName("a"));
  private static final TopicName LOBBY = TopicName.room(RoomName.LOBBY);

  private final Faults fault;
  private final FakeStore store = new FakeStore();
  private boolean logFails;
  private final FakeServer server =
      new FakeServer(store, new FakeClock(), Setup.normal().log(this::failing));

  ConnectionFaultsTest(Faults fault) {
    this.fault = fault;
  }

  /// Fails at everything that it is asked, when it is to.
  private Log failing(Log real) {
    return (Log)
        Proxy.newProxyInstance(
            Log.class.getClassLoader(),
            new Class<?>[] {Log.class},
            (proxy, method, arguments) ->
                logFails ? fault.raise() : method.invoke(real, arguments));
  }

  @AfterEach
  void onlyAFullHeapIsFatal() {
    assertThat(server.guard().fault() != null).isEqualTo(fault.isFatal());
  }

  private void publish(TopicName topic, String text) {
    Entry.Chat chat = new Entry.Chat(new ClientId("writer"), "Writer", text);
    server.journal().append(new Draft.Append(topic, chat));
    server.settle();
  }

  private FakePeer greeted(String client, String more) {
    FakePeer peer = server.full(client, 0);
    peer.say("{'type':'hello'%s}".formatted(more));
    server.takeAll(peer);
    return peer;
  }

  @Test
  void aClientThatMissedAFailedDeliveryStartsOver() {
    FakePeer ana = greeted("ana", ",'rooms':{'a':null,'b':null}");
    publish(ROOM, "one");
    server.takeAll(ana);
    server.failNext(fault);
    publish(ROOM, "two");
    List<Json> all = server.takeAll(ana);
    assertThat(all).hasSize(1);
    assertThat(all.getFirst().type()).isEqualTo("joined");
    assertThat(all.getFirst().truth("recovered")).isFalse();
    assertThat(all.getFirst().objects("messages").stream().map(m -> m.text("message")))
        .containsExactly("one", "two");
    publish(ROOM, "three");
    assertThat(server.takeAll(ana).stream().map(m -> m.text("message"))).containsExactly("three");
  }

  @Test
  void aConnectionThatCanNotStartOverIsClosed() {
    FakePeer base = server.base("bea", 1);
    FakePeer listening = greeted("cid", "");
    FakePeer asked = greeted("dan", ",'inbox':null");
    server.takeAll(base);
    server.failNext(fault);
    publish(LOBBY, "one");
    assertThat(base.closed()).isEqualTo(CloseReason.INTERNAL_ERROR);
    assertThat(listening.closed()).isNull();
    server.failNext(fault);
    server
        .journal()
        .append(
            new Draft.Append(
                TopicName.BROADCASTS,
                new Entry.Notification(
                    new ClientId("writer"), Entry.Scope.BROADCAST, "to everybody")));
    server.settle();
    assertThat(listening.closed()).isEqualTo(CloseReason.INTERNAL_ERROR);
    assertThat(asked.closed()).isNull();
    List<Json> all = server.takeAll(asked);
    assertThat(all).hasSize(1);
    assertThat(all.getFirst().type()).isEqualTo("inbox");
    assertThat(all.getFirst().truth("recovered")).isFalse();
  }

  @Test
  void aConnectionThatCanNotBeFlushedIsClosedAndOthersAreServed() {
    List<FakePeer> all =
        List.of(server.base("ana", 0), server.base("bea", 0), server.base("cid", 0));
    all.forEach(server::takeAll);
    all.get(1).wire().failNext(fault);
    try (LoggedLines lines = new LoggedLines(Connection.class)) {
      publish(LOBBY, "one");
      publish(LOBBY, "two");
      assertThat(lines.of("A connection failed and is closed"))
          .containsExactly(Map.of("client", "bea", "protocol", "base"));
    }
    assertThat(all.get(1).closed()).isEqualTo(CloseReason.INTERNAL_ERROR);
    for (FakePeer peer : List.of(all.get(0), all.get(2))) {
      assertThat(server.takeAll(peer).stream().map(m -> m.text("message"))).contains("one", "two");
    }
  }

  @Test
  void aFailedReadIsAnsweredAndTheNextReadRuns() {
    FakePeer ana = greeted("ana", "");
    publish(ROOM, "one");
    logFails = true;
    ana.say("{'type':'join','ref':1,'room':'a'}");
    List<Json> refused = server.takeAll(ana);
    assertThat(refused).hasSize(1);
    assertThat(refused.getFirst().text("code")).isEqualTo("unavailable");
    logFails = false;
    ana.say("{'type':'join','ref':2,'room':'a'}");
    assertThat(server.takeAll(ana).getFirst().type()).isEqualTo("joined");
    if (fault.isFatal()) {
      assertThat(server.guard().fault()).contains("a lookup");
    }
  }
}
