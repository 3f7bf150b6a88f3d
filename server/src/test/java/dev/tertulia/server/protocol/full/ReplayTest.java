package dev.tertulia.server.protocol.full;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.simulation.FakeClock;
import dev.tertulia.server.simulation.FakePeer;
import dev.tertulia.server.simulation.FakeServer;
import dev.tertulia.server.simulation.FakeServer.Setup;
import dev.tertulia.server.simulation.FakeStore;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// Section 5 of the protocol, sentence by sentence; the server is whole but for its sockets and its
/// disk.
final class ReplayTest {
  private static final TopicName ROOM = TopicName.room(new RoomName("a"));

  private final FakeStore store = new FakeStore();
  private FakeServer server = new FakeServer(store, new FakeClock(), Setup.normal());

  private void publish(int count, String text) {
    for (int i = 0; i < count; i++) {
      Entry.Chat chat = new Entry.Chat(new ClientId("writer"), "Writer", text);
      server.journal().append(new Draft.Append(ROOM, chat));
      server.journal().commit(1);
    }
    server.journal().handOver();
  }

  private FakePeer greeted(String client) {
    FakePeer peer = server.full(client, 0);
    peer.say("{'type':'hello'}");
    server.settle();
    peer.take();
    return peer;
  }

  private List<Json> join(FakePeer peer, String more) {
    peer.say("{'type':'join','ref':1,'room':'a'%s}".formatted(more));
    return server.takeAll(peer);
  }

  /// Has one page read, and given to its connection.
  private void readOnce() {
    for (int turns = 0; turns < 5 && !server.read(); turns++) {
      server.loop(0).turn();
    }
    server.loop(0).turn();
  }

  private String pos(long offset) {
    return store.entries(ROOM).get((int) offset - 1).id();
  }

  /// The offsets of all entries, in the order in which they came.
  private static List<Long> offsets(List<Json> frames) {
    List<Long> offsets = new ArrayList<>();
    for (Json frame : frames) {
      if (frame.type().equals("joined")) {
        offsets.addAll(offsets(frame.objects("messages")));
      } else if (frame.has("offset")) {
        offsets.add(frame.number("offset"));
      }
    }
    return offsets;
  }

  private static List<Long> from(long first, long last) {
    return LongStream.rangeClosed(first, last).boxed().toList();
  }

  @Test
  void withoutAfterTheNewestEntriesAreSentOldestFirst() {
    publish(60, "m");
    Json joined = join(greeted("ana"), "").getFirst();
    assertThat(joined.truth("recovered")).isTrue();
    assertThat(joined.truth("more")).isFalse();
    assertThat(joined.number("count")).isEqualTo(1);
    assertThat(joined.text("after")).isEqualTo(pos(60));
    assertThat(offsets(List.of(joined))).isEqualTo(from(11, 60));
    Json few = join(greeted("luis"), ",'limit':3").getFirst();
    assertThat(offsets(List.of(few))).isEqualTo(from(58, 60));
  }

  @Test
  void anEmptyRoomHasAPosition() {
    Json joined = join(greeted("ana"), "").getFirst();
    publish(2, "m");
    Json again = join(greeted("luis"), ",'after':'%s'".formatted(joined.text("after"))).getFirst();
    assertThat(again.truth("recovered")).isTrue();
    assertThat(offsets(List.of(again))).isEqualTo(from(1, 2));
  }

  @Test
  void withAfterTheMissedEntriesAreSent() {
    publish(60, "m");
    Json joined = join(greeted("ana"), ",'after':'%s'".formatted(pos(20))).getFirst();
    assertThat(joined.truth("recovered")).isTrue();
    assertThat(joined.truth("more")).isFalse();
    assertThat(offsets(List.of(joined))).isEqualTo(from(21, 60));
  }

  @Test
  void aClientThatMissedNothingGetsItsPositionBack() {
    publish(5, "m");
    Json joined = join(greeted("ana"), ",'after':'%s'".formatted(pos(5))).getFirst();
    assertThat(joined.truth("recovered")).isTrue();
    assertThat(joined.objects("messages")).isEmpty();
    assertThat(joined.text("after")).isEqualTo(pos(5));
  }

  @Test
  void theFirstPageHasTwoHundredEntriesAndTheRestFollowsAsFrames() {
    publish(700, "m");
    List<Json> all = join(greeted("ana"), ",'after':'%s'".formatted(pos(100)));
    Json joined = all.getFirst();
    assertThat(joined.truth("more")).isTrue();
    assertThat(joined.objects("messages")).hasSize(200);
    assertThat(joined.text("after")).isEqualTo(pos(300));
    assertThat(offsets(all)).isEqualTo(from(101, 700));
    assertThat(all.getLast().type()).isEqualTo("caught_up");
    assertThat(all.getLast().text("pos")).isEqualTo(pos(700));
  }

  @Test
  void theFirstPageIsBoundedByItsText() {
    publish(20, "x".repeat(60_000));
    List<Json> all = join(greeted("ana"), ",'after':'%s'".formatted(pos(1)));
    assertThat(all.getFirst().objects("messages")).hasSize(5);
    assertThat(offsets(all)).isEqualTo(from(2, 20));
  }

  @Test
  void liveEntriesFollowWithoutAGap() {
    publish(10, "m");
    FakePeer ana = greeted("ana");
    List<Json> all = join(ana, ",'after':'%s'".formatted(pos(1)));
    publish(3, "m");
    all.addAll(server.takeAll(ana));
    assertThat(offsets(all)).isEqualTo(from(2, 13));
  }

  @Test
  void liveEntriesDuringAReplayAreSentInOrder() {
    publish(700, "m");
    FakePeer ana = greeted("ana");
    ana.say("{'type':'join','ref':1,'room':'a','after':'%s'}".formatted(pos(1)));
    List<Json> all = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      publish(1, "live");
      server.read();
      server.loop(0).turn();
      all.addAll(ana.take(500));
    }
    all.addAll(server.takeAll(ana));
    assertThat(offsets(all)).isEqualTo(from(2, 1000));
    assertThat(all).filteredOn(Json::type, "caught_up").hasSize(1);
  }

  @Test
  void aPositionOfAnotherLogIsNotRecovered() {
    publish(60, "m");
    for (String after : List.of("nonsense", "zz:5", "7:999", "0:0")) {
      store.trim(after.equals("0:0") ? 1 : 0);
      Json joined = join(greeted("ana"), ",'after':'%s'".formatted(after)).getFirst();
      assertThat(joined.truth("recovered")).as(after).isFalse();
      assertThat(joined.number("ref")).isEqualTo(1);
      assertThat(offsets(List.of(joined))).isEqualTo(from(11, 60));
    }
  }

  @Test
  void noReplayIsLongerThanItsLimit() {
    publish(60, "m");
    String after = ",'after':'%s','limit':".formatted(pos(20));
    assertThat(join(greeted("ana"), after + "40").getFirst().truth("recovered")).isTrue();
    assertThat(join(greeted("ana"), after + "39").getFirst().truth("recovered")).isFalse();
    store.remember(0);
    assertThat(join(greeted("ana"), after + "40").getFirst().truth("recovered")).isTrue();
    assertThat(join(greeted("ana"), after + "39").getFirst().truth("recovered")).isFalse();
  }

  @Test
  void noReplayIsLongerThanTenThousandEntries() {
    publish(10_002, "m");
    FakePeer ana = greeted("ana");
    assertThat(join(ana, ",'after':'%s'".formatted(pos(1))).getFirst().truth("recovered"))
        .isFalse();
    List<Json> all = join(ana, ",'after':'%s'".formatted(pos(2)));
    assertThat(all.getFirst().truth("recovered")).isTrue();
    assertThat(offsets(all)).isEqualTo(from(3, 10_002));
  }

  @Test
  void aFailedReplayStartsOverWithAnUnsolicitedFirstPage() {
    store.remember(0);
    publish(500, "m");
    FakePeer ana = greeted("ana");
    ana.say("{'type':'join','ref':1,'room':'a','after':'%s'}".formatted(pos(1)));
    readOnce();
    Json joined = ana.take().getFirst();
    assertThat(joined.truth("more")).isTrue();
    store.fail(true);
    readOnce();
    store.fail(false);
    List<Json> all = server.takeAll(ana);
    Json again = all.getFirst();
    assertThat(again.type()).isEqualTo("joined");
    assertThat(again.has("ref")).isFalse();
    assertThat(again.truth("recovered")).isFalse();
    assertThat(offsets(all)).isEqualTo(from(451, 500));
    publish(1, "m");
    assertThat(offsets(server.takeAll(ana))).isEqualTo(from(501, 501));
  }

  @Test
  void retentionDuringAReplayIsReported() {
    store.remember(0);
    publish(500, "m");
    FakePeer ana = greeted("ana");
    ana.say("{'type':'join','ref':1,'room':'a','after':'%s'}".formatted(pos(1)));
    readOnce();
    store.trim(400);
    List<Json> all = server.takeAll(ana);
    assertThat(all)
        .filteredOn(Json::type, "joined")
        .extracting(joined -> joined.truth("recovered"))
        .containsExactly(true, false);
  }

  @Test
  void aReplayThatCanNotReadTheNewestIsRefusedAndLeavesTheRoom() {
    store.remember(0);
    publish(500, "m");
    FakePeer ana = greeted("ana");
    ana.say("{'type':'join','ref':1,'room':'a','after':'%s'}".formatted(pos(1)));
    readOnce();
    store.fail(true);
    List<Json> all = server.takeAll(ana);
    assertThat(all).extracting(Json::type).containsExactly("joined", "error");
    assertThat(all.getLast().has("ref")).isFalse();
    assertThat(all.getLast().text("code")).isEqualTo("unavailable");
    assertThat(all.getLast().text("room")).isEqualTo("a");
    assertThat(server.presence().count(new RoomName("a"))).isZero();
    publish(1, "m");
    assertThat(server.takeAll(ana)).isEmpty();
  }

  @Test
  void aRollbackIsReportedToLiveClients() {
    publish(10, "m");
    FakePeer ana = greeted("ana");
    join(ana, "");
    store.forgetEnd(4);
    server.journal().newTerm(8);
    server.fanout().rolledBack(ROOM);
    publish(2, "new");
    List<Json> all = server.takeAll(ana);
    assertThat(all.getFirst().truth("recovered")).isFalse();
    assertThat(offsets(all)).isEqualTo(from(1, 8));
    publish(1, "m");
    assertThat(offsets(server.takeAll(ana))).isEqualTo(from(9, 9));
  }

  @Test
  void aStalledReaderHoldsAtMostAFirstPageAndASendQueue() {
    publish(300, "x".repeat(10_000));
    FakePeer ana = greeted("ana");
    ana.say("{'type':'join','ref':1,'room':'a','after':'%s'}".formatted(pos(1)));
    server.settle();
    publish(300, "y".repeat(10_000));
    server.settle();
    assertThat(ana.wire().most()).isLessThanOrEqualTo(64 << 10);
    assertThat(ana.connection().waitingBytes()).isLessThanOrEqualTo(300 << 10);
    assertThat(ana.closed()).isNull();
    List<Json> all = server.takeAll(ana);
    assertThat(offsets(all)).isEqualTo(from(2, 600));
    assertThat(ana.wire().most()).isLessThanOrEqualTo((64 << 10) + (16 << 10));
  }

  @Test
  void roomsAreReplayedOneAfterTheOther() {
    publish(500, "m");
    FakePeer ana = greeted("ana");
    ana.say("{'type':'join','ref':1,'room':'a','after':'%s'}".formatted(pos(1)));
    ana.say("{'type':'join','ref':2,'room':'b'}");
    ana.say("{'type':'leave','ref':3,'room':'b'}");
    ana.say("{'type':'ping','ref':4}");
    List<Json> all = server.takeAll(ana);
    assertThat(all)
        .filteredOn(frame -> frame.has("ref"))
        .extracting(Json::type)
        .as("the ping does not wait")
        .contains("joined", "joined", "ok", "ok");
    List<String> ends =
        all.stream()
            .filter(frame -> !frame.type().equals("chat"))
            .map(frame -> frame.type() + (frame.has("ref") ? frame.number("ref") : ""))
            .toList();
    assertThat(ends).containsExactly("ok4", "joined1", "caught_up", "joined2", "ok3");
  }

  @Test
  void leavingDuringAReplayEndsIt() {
    store.remember(0);
    publish(700, "m");
    FakePeer ana = greeted("ana");
    ana.say("{'type':'join','ref':1,'room':'a','after':'%s'}".formatted(pos(1)));
    readOnce();
    ana.say("{'type':'leave','ref':2,'room':'a'}");
    List<Json> all = server.takeAll(ana);
    assertThat(all).extracting(Json::type).doesNotContain("caught_up");
    assertThat(all.getLast().number("ref")).isEqualTo(2);
    publish(1, "m");
    assertThat(server.takeAll(ana)).isEmpty();
    assertThat(server.pages().free()).isEqualTo(4);
  }

  @Test
  void rejoiningResumesWithoutDuplicates() {
    publish(10, "m");
    FakePeer ana = greeted("ana");
    join(ana, "");
    List<Json> again = join(ana, ",'after':'%s'".formatted(pos(4)));
    assertThat(again.getFirst().number("count")).isEqualTo(1);
    assertThat(offsets(again)).isEqualTo(from(5, 10));
    publish(1, "m");
    assertThat(offsets(server.takeAll(ana))).isEqualTo(from(11, 11));
  }

  @Test
  void noClientSeesItsOwnEntryBeforeItsOk() {
    for (int memory : List.of(0, 100)) {
      store.remember(memory);
      FakePeer ana = greeted("ana");
      ana.say("{'type':'chat','ref':1,'room':'a','message':'m'}");
      server.journal().commit(1);
      ana.say("{'type':'join','ref':2,'room':'a','after':'0:0'}");
      server.loop(0).turn();
      server.read();
      server.loop(0).turn();
      server.journal().handOver();
      List<Json> all = server.takeAll(ana);
      List<String> texts = all.stream().map(Json::text).toList();
      int ok = indexOf(texts, "\"ref\":1");
      int own = indexOf(texts, "\"sender\":\"ana\"");
      assertThat(ok).isLessThan(own);
    }
  }

  private static int indexOf(List<String> texts, String part) {
    for (int i = 0; i < texts.size(); i++) {
      if (texts.get(i).contains(part)) {
        return i;
      }
    }
    throw new AssertionError(part + " is not in " + texts);
  }
}
