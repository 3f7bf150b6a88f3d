package dev.tertulia.server.protocol.full;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.simulation.FakeClock;
import dev.tertulia.server.simulation.FakePeer;
import dev.tertulia.server.simulation.FakeServer;
import dev.tertulia.server.simulation.FakeServer.Setup;
import dev.tertulia.server.simulation.FakeStore;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.topic.TopicName;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// The full protocol, sections 2 and 3, row by row; the server is whole but for its sockets and its
/// disk.
final class FullSessionTest {
  private final FakeStore store = new FakeStore();
  private FakeServer server = new FakeServer(store, new FakeClock(), Setup.normal());

  /// A client that has said hello.
  private FakePeer greeted(String client, int loop) {
    FakePeer peer = server.full(client, loop);
    peer.say("{'type':'hello'}");
    server.settle();
    assertThat(peer.take()).extracting(Json::type).containsExactly("welcome");
    return peer;
  }

  /// A client that is in `room`.
  private FakePeer in(String room, String client, int loop) {
    FakePeer peer = greeted(client, loop);
    Json joined = ask(peer, "{'type':'join','ref':0,'room':'%s'}".formatted(room));
    assertThat(joined.type()).as(joined.text()).isEqualTo("joined");
    return peer;
  }

  /// Says something and takes the one thing that comes.
  private Json ask(FakePeer peer, String json) {
    peer.say(json);
    List<Json> all = server.takeAll(peer);
    assertThat(all).as("the answers to %s", json).hasSize(1);
    return all.getFirst();
  }

  private static void isError(Json reply, String code, boolean retry) {
    assertThat(reply.type()).as(reply.text()).isEqualTo("error");
    assertThat(reply.text("code")).as(reply.text()).isEqualTo(code);
    assertThat(reply.truth("retry")).as(reply.text()).isEqualTo(retry);
    assertThat(reply.text("message")).isNotEmpty();
  }

  @Test
  void nothingIsExecutedOrDeliveredBeforeHello() {
    FakePeer luis = server.base("luis", 1);
    FakePeer ana = server.full("ana", 0);
    Json refused = ask(ana, "{'type':'chat','ref':'x','room':'lobby','message':'m'}");
    isError(refused, "unauthorized", false);
    assertThat(refused.text("ref")).isEqualTo("x");
    luis.say("{'type':'broadcast_notification','message':'all'}");
    luis.say("{'type':'chat','message':'lobby'}");
    server.settle();
    assertThat(ana.take()).isEmpty();
    assertThat(luis.take()).hasSize(2);
  }

  @Test
  void helloIsAnsweredByWelcomeAndRoomsAreJoinedInOrder() {
    FakePeer ana = server.full("ana", 0);
    ana.say("{'type':'hello','ref':1,'rooms':{'b':null,'a':null,'private-x':null}}");
    server.settle();
    List<Json> all = ana.take();
    Json welcome = all.getFirst();
    assertThat(welcome.type()).isEqualTo("welcome");
    assertThat(welcome.number("ref")).isEqualTo(1);
    assertThat(welcome.text("client")).isEqualTo("ana");
    assertThat(welcome.number("heartbeat")).isEqualTo(25_000);
    assertThat(all.subList(1, 4))
        .extracting(reply -> reply.type() + " " + reply.text("room"))
        .containsExactly("joined b", "joined a", "error private-x");
  }

  @Test
  void aSecondHelloJoinsMoreRooms() {
    FakePeer ana = in("a", "ana", 0);
    ana.say("{'type':'hello','rooms':{'b':null}}");
    server.settle();
    assertThat(ana.take()).extracting(Json::type).containsExactly("welcome", "joined");
  }

  @Test
  void aMessageReachesTheRoomAfterTheOkToItsSender() {
    FakePeer ana = in("a", "ana", 0);
    FakePeer luis = in("a", "luis", 1);
    ana.say("{'type':'chat','ref':5,'room':'a','message':'hola','id':'i1','data':{'x':1}}");
    server.settle();
    List<Json> hers = ana.take();
    assertThat(hers).extracting(Json::type).containsExactly("ok", "chat");
    Json ok = hers.getFirst();
    Json chat = hers.get(1);
    assertThat(ok.text()).contains("\"ref\":5", "\"room\":\"a\"", "\"id\":\"i1\"");
    assertThat(chat.number("offset")).isEqualTo(ok.number("offset"));
    assertThat(chat.text("pos")).isEqualTo(ok.text("pos"));
    assertThat(chat.number("time")).isEqualTo(ok.number("time"));
    assertThat(chat.text()).contains("\"sender\":\"ana\"", "\"data\":{\"x\":1}");
    assertThat(luis.take()).extracting(Json::text).containsExactly(chat.text());
  }

  @Test
  void aClientMaySendWithoutJoining() {
    FakePeer luis = in("a", "luis", 1);
    FakePeer ana = greeted("ana", 0);
    assertThat(ask(ana, "{'type':'chat','ref':1,'room':'a','message':'m'}").type()).isEqualTo("ok");
    assertThat(luis.take()).hasSize(1);
  }

  @Test
  void aRequestWithoutARefGetsNoOk() {
    FakePeer ana = greeted("ana", 0);
    ana.say("{'type':'chat','room':'a','message':'m'}");
    ana.say("{'type':'ping'}");
    server.settle();
    assertThat(ana.take()).isEmpty();
    isError(ask(ana, "{'type':'dance'}"), "unknown_type", false);
  }

  @Test
  void aRepeatedIdIsOneEntryAndAConflictIfTheContentDiffers() {
    FakePeer ana = in("a", "ana", 0);
    ana.say("{'type':'chat','ref':1,'room':'a','message':'m','id':'i'}");
    server.settle();
    List<Json> first = ana.take();
    Json again = ask(ana, "{'type':'chat','ref':1,'room':'a','message':'m','id':'i'}");
    assertThat(again.text()).isEqualTo(first.getFirst().text());
    isError(
        ask(ana, "{'type':'chat','ref':2,'room':'a','message':'n','id':'i'}"), "conflict", false);
    assertThat(first).hasSize(2);
  }

  @Test
  void onlyTheAuthorEditsAndDeletes() {
    FakePeer ana = in("a", "ana", 0);
    FakePeer luis = in("a", "luis", 1);
    ana.say("{'type':'chat','room':'a','message':'m'}");
    server.settle();
    assertThat(luis.take()).hasSize(1);
    ana.take();
    isError(
        ask(luis, "{'type':'edit','ref':1,'room':'a','target':1,'message':'x'}"),
        "forbidden",
        false);
    isError(ask(luis, "{'type':'delete','ref':1,'room':'a','target':1}"), "forbidden", false);
    ana.say("{'type':'edit','ref':2,'room':'a','target':1,'message':'better'}");
    ana.say("{'type':'delete','ref':3,'room':'a','target':1}");
    server.settle();
    assertThat(ana.take()).extracting(Json::type).containsExactly("ok", "ok", "edited", "deleted");
    List<Json> his = luis.take();
    assertThat(his).extracting(Json::type).containsExactly("edited", "deleted");
    assertThat(his.getFirst().number("target")).isEqualTo(1);
    isError(
        ask(ana, "{'type':'edit','ref':1,'room':'a','target':1,'message':'x'}"),
        "not_found",
        false);
    isError(ask(ana, "{'type':'delete','ref':1,'room':'a','target':9}"), "not_found", false);
  }

  @Test
  void anyClientReactsAndRemovesItsReaction() {
    FakePeer ana = in("a", "ana", 0);
    ana.say("{'type':'chat','room':'a','message':'m'}");
    server.settle();
    ana.take();
    FakePeer luis = in("a", "luis", 1);
    luis.say("{'type':'react','ref':1,'room':'a','target':1,'emoji':'👍'}");
    luis.say("{'type':'react','ref':2,'room':'a','target':1,'emoji':'👍','remove':true}");
    server.settle();
    assertThat(luis.take())
        .extracting(Json::type)
        .containsExactly("ok", "ok", "reaction", "reaction");
    List<Json> hers = ana.take();
    assertThat(hers).extracting(reaction -> reaction.truth("removed")).containsExactly(false, true);
  }

  @Test
  void typingIsSentToOthersOnly() {
    FakePeer ana = in("a", "ana", 0);
    FakePeer anasPhone = in("a", "ana", 1);
    FakePeer luis = in("a", "luis", 1);
    FakePeer base = server.base("base", 0);
    assertThat(ask(ana, "{'type':'typing','ref':1,'room':'a'}").type()).isEqualTo("ok");
    ana.say("{'type':'typing','room':'lobby'}");
    server.settle();
    assertThat(anasPhone.take()).isEmpty();
    assertThat(luis.take()).extracting(Json::type).containsExactly("typing");
    assertThat(base.take()).isEmpty();
  }

  @Test
  void readMarksAreSentToOthersAndToTheReadersOtherConnections() {
    FakePeer ana = in("a", "ana", 0);
    ana.say("{'type':'chat','room':'a','message':'m'}");
    ana.say("{'type':'chat','room':'a','message':'n'}");
    server.settle();
    ana.take();
    FakePeer phone = greeted("ana", 1);
    FakePeer luis = in("a", "luis", 1);
    Json ok = ask(ana, "{'type':'read','ref':1,'room':'a','offset':99}");
    assertThat(ok.number("offset")).as("not past the end").isEqualTo(2);
    assertThat(phone.take())
        .extracting(Json::text)
        .containsExactly("{\"type\":\"read\",\"room\":\"a\",\"client\":\"ana\",\"offset\":2}");
    assertThat(luis.take()).extracting(Json::type).containsExactly("read");
    Json back = ask(ana, "{'type':'read','ref':1,'room':'a','offset':1}");
    assertThat(back.number("offset")).as("not back").isEqualTo(2);
  }

  @Test
  void historyShowsTheCurrentStateAndIsPaged() {
    FakePeer ana = greeted("ana", 0);
    IntStream.rangeClosed(1, 5)
        .forEach(i -> ana.say("{'type':'chat','room':'a','message':'m%s'}".formatted(i)));
    ana.say("{'type':'edit','room':'a','target':2,'message':'better'}");
    ana.say("{'type':'react','room':'a','target':2,'emoji':'x'}");
    server.settle();
    Json newest = ask(ana, "{'type':'history','ref':1,'room':'a','limit':2}");
    assertThat(newest.objects("messages"))
        .extracting(message -> message.text("message"))
        .containsExactly("m4", "m5");
    assertThat(newest.truth("more")).isTrue();
    Json before = ask(ana, "{'type':'history','ref':1,'room':'a','before':4,'limit':2}");
    assertThat(before.objects("messages"))
        .extracting(message -> message.text("message"))
        .containsExactly("better", "m3");
    Json edited = before.objects("messages").getFirst();
    assertThat(edited.has("edited")).isTrue();
    assertThat(edited.objects("reactions").getFirst().truth("mine")).isTrue();
    Json after = ask(ana, "{'type':'history','ref':1,'room':'a','after':3}");
    assertThat(after.objects("messages")).hasSize(2);
    assertThat(after.truth("more")).isFalse();
  }

  @Test
  void aPageOfHistoryIsBoundedByItsText() {
    FakePeer ana = greeted("ana", 0);
    String text = "x".repeat(60_000);
    IntStream.range(0, 12)
        .forEach(i -> ana.say("{'type':'chat','room':'a','message':'%s'}".formatted(text)));
    server.settle();
    Json page = ask(ana, "{'type':'history','ref':1,'room':'a','limit':200}");
    List<Json> messages = page.objects("messages");
    assertThat(messages).hasSize(5);
    assertThat(page.truth("more")).isTrue();
    assertThat(messages.getLast().number("offset")).as("the newest").isEqualTo(12);
  }

  @Test
  void presenceListsClientsAndAnnouncesArrivalsAndDepartures() {
    FakePeer ana = in("a", "ana", 0);
    Json present = ask(ana, "{'type':'presence','ref':1,'room':'a'}");
    assertThat(present.number("count")).isEqualTo(1);
    assertThat(present.objects("members").getFirst().text("client")).isEqualTo("ana");
    FakePeer luis = in("a", "luis", 1);
    FakePeer phone = in("a", "luis", 0);
    assertThat(ana.take())
        .extracting(Json::text)
        .containsExactly(
            "{\"type\":\"presence\",\"room\":\"a\",\"event\":\"joined\",\"client\":\"luis\","
                + "\"name\":\"luis\",\"count\":2}");
    phone.say("{'type':'leave','room':'a'}");
    server.settle();
    assertThat(ana.take()).as("luis is still there").isEmpty();
    luis.go();
    server.settle();
    assertThat(ana.take())
        .extracting(Json::text)
        .as("the phone is connected: luis has left the room, and not departed")
        .containsExactly(
            "{\"type\":\"presence\",\"room\":\"a\",\"event\":\"left\",\"client\":\"luis\","
                + "\"name\":\"luis\",\"count\":1}");
  }

  @Test
  void aDepartureIsAnnouncedInEachRoomOfTheClient() {
    FakePeer ana = in("a", "ana", 0);
    FakePeer base = server.base("base", 0);
    FakePeer luis = in("a", "luis", 1);
    ask(luis, "{'type':'join','ref':1,'room':'lobby'}");
    luis.go();
    server.settle();
    assertThat(ana.take())
        .extracting(gone -> gone.text("room") + gone.truth("system"))
        .containsExactly("atrue");
    assertThat(base.take()).extracting(gone -> gone.text("room")).containsExactly("lobby");
  }

  @Test
  void baseClientsArePresentInTheLobby() {
    server.base("base", 0);
    server.base("base", 1);
    server.base("other", 1);
    FakePeer ana = greeted("ana", 0);
    Json joined = ask(ana, "{'type':'join','ref':1,'room':'lobby'}");
    assertThat(joined.number("count")).isEqualTo(3);
    assertThat(joined.number("ref")).isEqualTo(1);
  }

  @Test
  void noClientIsPresentAfterAllHaveLeft() {
    FakePeer ana = in("a", "ana", 0);
    FakePeer base = server.base("base", 0);
    ask(ana, "{'type':'presence','ref':1,'room':'a'}");
    ana.go();
    base.go();
    server.settle();
    assertThat(server.presence().rooms()).isZero();
    assertThat(server.fanout().subscribedTopics()).isZero();
  }

  @Test
  void aClientSeesItsOwnRooms() {
    FakePeer ana = greeted("ana", 0);
    FakePeer luis = greeted("luis", 1);
    ana.say("{'type':'chat','room':'a','message':'m'}");
    luis.say("{'type':'chat','room':'a','message':'m'}");
    luis.say("{'type':'chat','room':'b','message':'m'}");
    server.settle();
    Json rooms = ask(ana, "{'type':'rooms','ref':1}");
    assertThat(rooms.objects("rooms"))
        .extracting(room -> room.text("room") + room.number("head") + room.number("unread"))
        .containsExactly("a21");
  }

  @Test
  void aClientThatLeftReceivesNothingMore() {
    FakePeer ana = in("a", "ana", 0);
    ask(ana, "{'type':'presence','ref':1,'room':'a'}");
    assertThat(ask(ana, "{'type':'leave','ref':1,'room':'a'}").type()).isEqualTo("ok");
    in("a", "luis", 1).say("{'type':'chat','room':'a','message':'m'}");
    server.settle();
    assertThat(ana.take()).isEmpty();
    assertThat(ask(ana, "{'type':'leave','ref':1,'room':'a'}").type()).isEqualTo("ok");
  }

  @Test
  void aMembersRoomIsClosedToOthers() {
    store.addMember(new RoomName("private"), new ClientId("ana"));
    FakePeer ana = greeted("ana", 0);
    FakePeer luis = greeted("luis", 1);
    for (String what :
        List.of(
            "'join'",
            "'chat','message':'m'",
            "'react','target':1,'emoji':'x'",
            "'typing'",
            "'read','offset':1",
            "'history'",
            "'presence'")) {
      String request = "{'type':%s,'ref':1,'room':'private'}".formatted(what);
      isError(ask(luis, request), "forbidden", false);
    }
    ana.say("{'type':'chat','ref':1,'room':'private','message':'first'}");
    ana.say("{'type':'join','ref':2,'room':'private'}");
    ana.say("{'type':'chat','ref':3,'room':'private','message':'second'}");
    server.settle();
    assertThat(ana.take()).filteredOn(Json::type, "ok").hasSize(2);
    assertThat(store.entries(TopicName.room(new RoomName("private")))).hasSize(2);
  }

  @Test
  void theNumberOfRoomsOfAConnectionIsLimited() {
    FakePeer ana = greeted("ana", 0);
    for (int i = 0; i < 500; i++) {
      ana.say("{'type':'join','room':'r%s'}".formatted(i));
    }
    ana.say("{'type':'join','ref':1,'room':'onemore'}");
    server.settle();
    List<Json> all = ana.take();
    assertThat(all).filteredOn(Json::type, "joined").hasSize(500);
    assertThat(all).filteredOn(Json::type, "error").hasSize(1);
    assertThat(ask(ana, "{'type':'join','ref':1,'room':'r7'}").type()).isEqualTo("joined");
    ask(ana, "{'type':'leave','ref':1,'room':'r7'}");
    assertThat(ask(ana, "{'type':'join','ref':1,'room':'onemore'}").type()).isEqualTo("joined");
  }

  @Test
  void aMessageRefusedByTheJournalMayBeSentAgain() {
    FakePeer ana = in("a", "ana", 0);
    ana.say("{'type':'chat','ref':1,'room':'a','message':'m','id':'i'}");
    server.journal().failToCommit(10);
    server.settle();
    List<Json> refused = ana.take();
    assertThat(refused).hasSize(1);
    isError(refused.getFirst(), "unavailable", true);
    for (int i = 0; i < 501; i++) {
      ana.say("{'type':'chat','ref':1,'room':'a','message':'m','id':'n%s'}".formatted(i));
    }
    server.loop(0).turn();
    List<Json> full = ana.take();
    assertThat(full).hasSize(1);
    isError(full.getFirst(), "unavailable", true);
    server.settle();
    assertThat(ana.take()).filteredOn(Json::type, "ok").hasSize(500);
  }

  @Test
  void aReadRefusedByTheReadersMayBeRetried() {
    FakePeer ana = greeted("ana", 0);
    store.fail(true);
    isError(ask(ana, "{'type':'history','ref':1,'room':'a'}"), "unavailable", true);
    isError(ask(ana, "{'type':'rooms','ref':1}"), "unavailable", true);
    isError(ask(ana, "{'type':'join','ref':1,'room':'a'}"), "unavailable", true);
    store.fail(false);
    assertThat(ask(ana, "{'type':'join','ref':1,'room':'a'}").type()).isEqualTo("joined");
  }

  @Test
  void concurrentReadsAreLimitedAndEachHasItsReply() {
    FakePeer ana = greeted("ana", 0);
    for (int i = 0; i < 150; i++) {
      ana.say("{'type':'rooms','ref':%s}".formatted(i));
    }
    server.settle();
    List<Json> all = ana.take();
    assertThat(all).extracting(reply -> reply.number("ref")).doesNotHaveDuplicates().hasSize(150);
    assertThat(all)
        .filteredOn(Json::type, "error")
        .hasSize(49)
        .allSatisfy(reply -> {
          isError(reply, "rate_limited", true);
          assertThat(reply.number("retry_after")).isEqualTo(1_000);
        });
  }

  @Test
  void pendingRequestsOfAClosedConnectionHaveNoReply() {
    FakePeer ana = in("a", "ana", 0);
    ana.say("{'type':'chat','ref':1,'room':'a','message':'m'}");
    ana.say("{'type':'history','ref':2,'room':'a'}");
    ana.say("{'type':'join','ref':3,'room':'b'}");
    ana.go();
    server.settle();
    assertThat(ana.take()).isEmpty();
    assertThat(server.pages().free()).isEqualTo(4);
    assertThat(server.fanout().subscribedTopics()).isZero();
  }

  @Test
  void aboveTheRateRequestsAreRefusedAndThenThrottled() {
    server = new FakeServer(store, new FakeClock(), Setup.normal().rate(10, 5));
    FakePeer ana = server.full("ana", 0);
    ana.say("{'type':'hello'}");
    server.settle();
    for (int i = 0; i < 6; i++) {
      ana.say("{'type':'ping','ref':%s}".formatted(i));
    }
    server.settle();
    List<Json> all = ana.take();
    assertThat(all)
        .extracting(Json::type)
        .containsExactly("welcome", "ok", "ok", "ok", "ok", "error", "error");
    Json refused = all.getLast();
    isError(refused, "rate_limited", true);
    assertThat(refused.number("retry_after")).isEqualTo(100);
    assertThat(ana.wire().isPaused()).isFalse();
    for (int i = 0; i < 6; i++) {
      ana.say("{'type':'ping','ref':%s}".formatted(i));
    }
    assertThat(ana.wire().isPaused()).isTrue();
    server.pass(Duration.ofSeconds(1));
    assertThat(ana.wire().isPaused()).isFalse();
    ana.take();
    assertThat(ask(ana, "{'type':'ping','ref':1}").type()).isEqualTo("ok");
  }

  @Test
  void broadcastsAndNotificationsAreDeliveredLive() {
    FakePeer ana = greeted("ana", 0);
    server.base("ana", 1).say("{'type':'notification','message':'mine'}");
    server.base("luis", 1).say("{'type':'broadcast_notification','message':'all'}");
    server.settle();
    assertThat(ana.take())
        .extracting(note -> note.text("scope") + note.text("message"))
        .containsExactly("personalmine", "broadcastall");
  }

  @Test
  void aBaseClientReceivesOnlyItsThreeTypes() {
    FakePeer base = server.base("base", 0);
    FakePeer ana = in("lobby", "ana", 1);
    ana.say("{'type':'chat','room':'lobby','message':'m'}");
    ana.say("{'type':'edit','room':'lobby','target':1,'message':'n'}");
    ana.say("{'type':'react','room':'lobby','target':1,'emoji':'x'}");
    ana.say("{'type':'read','room':'lobby','offset':1}");
    ana.say("{'type':'delete','room':'lobby','target':1}");
    server.settle();
    assertThat(base.take()).extracting(Json::type).containsExactly("chat");
  }

  @Test
  void aBaseClientIsToldWhenItsMessageCouldNotBeStored() {
    FakePeer base = server.base("base", 0);
    base.say("{'type':'chat','message':'m'}");
    server.journal().failToCommit(10);
    server.settle();
    assertThat(base.take()).extracting(error -> error.text("code")).containsExactly("unavailable");
  }

  @Test
  void aClosedConnectionSendsNothing() {
    FakePeer ana = in("a", "ana", 0);
    ana.connection().close(CloseReason.GOING_AWAY);
    ana.say("{'type':'ping','ref':1}");
    server.settle();
    assertThat(ana.take()).isEmpty();
  }
}
