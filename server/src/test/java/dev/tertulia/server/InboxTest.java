package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.Seeded;
import dev.tertulia.server.testing.ServerStore;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Section 4 of the protocol, row by row, over real sockets and a real database.
@Tag(ServerStore.PROTOCOL)
final class InboxTest {
  private TestServer server = TestServer.start();
  private final List<FullPeer> peers = new ArrayList<>();

  @BeforeEach
  void begin() {
    server.awaitConnections(0);
  }

  @AfterEach
  void end() {
    peers.forEach(FullPeer::close);
    server.awaitConnections(0);
    server.close();
  }

  private FullPeer hello(String client, String fields) {
    FullPeer peer = FullPeer.hello(server, client, fields);
    peers.add(peer);
    return peer;
  }

  private FullPeer hello(String client) {
    return hello(client, "");
  }

  private static Json ok(FullPeer peer, String fields) {
    Json reply = peer.ask(fields);
    assertThat(reply.type()).as("%s: %s", fields, reply.text()).isEqualTo("ok");
    return reply;
  }

  private static String notified(FullPeer from, String to, String message) {
    return ok(from, "'type':'notification','to':'%s','message':'%s'".formatted(to, message))
        .text("id");
  }

  private static String broadcast(FullPeer from, String message) {
    return ok(from, "'type':'broadcast_notification','message':'%s'".formatted(message)).text("id");
  }

  private static List<String> messages(List<Json> frames) {
    return frames.stream()
        .filter(frame -> frame.type().equals("notification"))
        .map(frame -> frame.text("message"))
        .toList();
  }

  private static List<String> inbox(FullPeer peer, String fields) {
    return messages(peer.ask("'type':'inbox'" + fields).objects("notifications"));
  }

  /// What an inbox that is asked for in `hello` begins with.
  private static Json opened(FullPeer peer) {
    return peer.next("inbox");
  }

  @Test
  void aNotificationReachesAllConnectionsOfItsClientOnly() {
    FullPeer ana = hello("ana");
    FullPeer one = hello("bea");
    FullPeer two = hello("bea");
    Json reply =
        ok(
            ana,
            "'type':'notification','to':'bea','message':'m','title':'t','data':{'a':[1]},"
                + "'category':'c','urgency':'high','id':'mine'");
    for (FullPeer bea : List.of(one, two)) {
      Json frame = bea.next("notification");
      assertThat(frame.text("id")).isEqualTo(reply.text("id"));
      assertThat(frame.number("time")).isEqualTo(reply.number("time"));
      assertThat(frame.text("pos")).endsWith("+");
      assertThat(frame.text())
          .contains("\"scope\":\"personal\"", "\"from\":\"ana\"", "\"message\":\"m\"")
          .contains("\"title\":\"t\"", "\"data\":{\"a\":[1]}", "\"category\":\"c\"")
          .contains("\"urgency\":\"high\"", "\"read\":false");
    }
    assertThat(ana.rest()).isEmpty();
  }

  @Test
  void withoutARecipientTheSenderIsNotifiedAfterTheOk() {
    FullPeer ana = hello("ana");
    ana.say("'type':'notification','ref':'x','message':'m'");
    List<String> types = List.of(ana.next(any -> true).type(), ana.next(any -> true).type());
    assertThat(types).containsExactly("ok", "notification");
  }

  @Test
  void aRepeatedIdIsOneNotificationAndAConflictIfTheContentDiffers() {
    FullPeer ana = hello("ana");
    FullPeer bea = hello("bea");
    String asked = "'type':'notification','to':'bea','message':'m','id':'k'";
    Json first = ok(ana, asked);
    Json again = ok(ana, asked);
    assertThat(again.text("id")).isEqualTo(first.text("id"));
    assertThat(again.number("time")).isEqualTo(first.number("time"));
    assertThat(ana.ask(asked.replace("'m'", "'n'")).text("code")).isEqualTo("conflict");
    Json all = ok(ana, "'type':'broadcast_notification','message':'all','id':'k'");
    assertThat(ok(ana, "'type':'broadcast_notification','message':'all','id':'k'").text("id"))
        .isEqualTo(all.text("id"));
    assertThat(inbox(bea, "")).containsExactly("m", "all");
  }

  @Test
  void aNotificationToAnAbsentClientWaits() {
    FullPeer ana = hello("ana");
    notified(ana, "bea", "one");
    notified(ana, "bea", "two");
    broadcast(ana, "all");
    FullPeer bea = FullPeer.connect(server.port(), "bea");
    peers.add(bea);
    Json welcome = bea.ask("'type':'hello','inbox':null");
    assertThat(welcome.number("unread")).isEqualTo(3);
    Json opened = opened(bea);
    assertThat(messages(opened.objects("notifications"))).containsExactly("one", "two", "all");
    assertThat(opened.truth("recovered")).isTrue();
    assertThat(opened.truth("more")).isFalse();
    String kept = opened.text("pos");
    bea.close();
    notified(ana, "bea", "three");
    FullPeer back = hello("bea", "'inbox':'" + kept + "'");
    Json rest = opened(back);
    assertThat(rest.truth("recovered")).isTrue();
    assertThat(messages(rest.objects("notifications"))).containsExactly("three");
    notified(ana, "bea", "four");
    assertThat(back.next("notification").text("message")).isEqualTo("four");
  }

  @Test
  void broadcastsAreInTheInboxesOfClientsSeenBefore() {
    FullPeer ana = hello("ana");
    hello("bea").close();
    notified(ana, "cid", "to cid");
    broadcast(ana, "all");
    assertThat(inbox(hello("bea"), "")).containsExactly("all");
    assertThat(inbox(hello("cid"), "")).containsExactly("to cid", "all");
    assertThat(inbox(hello("dora"), "")).isEmpty();
  }

  @Test
  void aNotificationReadOnOneDeviceIsReadOnAll() {
    FullPeer ana = hello("ana");
    FullPeer phone = hello("bea", "'device':'phone','inbox':null");
    FullPeer laptop = hello("bea", "'device':'laptop','inbox':null");
    opened(phone);
    opened(laptop);
    String first = notified(ana, "bea", "one");
    String second = broadcast(ana, "all");
    notified(ana, "bea", "two");
    phone.next(frame -> frame.type().equals("notification") && frame.text().contains("two"));
    laptop.next(frame -> frame.type().equals("notification") && frame.text().contains("two"));
    Json reply = ok(phone, "'type':'inbox_read','ids':['%s','%s']".formatted(first, second));
    assertThat(reply.number("unread")).isEqualTo(1);
    Json told = laptop.next("inbox_read");
    assertThat(told.number("unread")).isEqualTo(1);
    assertThat(told.text()).contains(first, second);
    assertThat(phone.rest()).isEmpty();
    FullPeer tablet = hello("bea", "'device':'tablet','inbox':null");
    assertThat(opened(tablet).objects("notifications"))
        .extracting(frame -> frame.truth("read"))
        .containsExactly(true, true, false);
    // Nothing new is read: nobody is told.
    assertThat(ok(phone, "'type':'inbox_read','ids':['%s']".formatted(first)).number("unread"))
        .isEqualTo(1);
    assertThat(laptop.rest()).isEmpty();
  }

  @Test
  void readingUpToANotificationFollowsTheOrderOfTheInbox() {
    FullPeer ana = hello("ana");
    FullPeer bea = hello("bea");
    notified(ana, "bea", "1");
    broadcast(ana, "2");
    String third = notified(ana, "bea", "3");
    String fourth = broadcast(ana, "4");
    notified(ana, "bea", "5");
    assertThat(ok(bea, "'type':'inbox_read','up_to':'%s'".formatted(third)).number("unread"))
        .isEqualTo(2);
    assertThat(inbox(bea, ",'unread_only':true")).containsExactly("4", "5");
    assertThat(ok(bea, "'type':'inbox_read','up_to':'%s'".formatted(fourth)).number("unread"))
        .isEqualTo(1);
    assertThat(inbox(bea, ",'unread_only':true")).containsExactly("5");
    // Read state of broadcasts is each client's own.
    assertThat(inbox(ana, ",'unread_only':true")).containsExactly("2", "4");
  }

  @Test
  void anAbsentClientNeverSeesARevokedNotification() {
    FullPeer ana = hello("ana");
    FullPeer there = hello("bea", "'inbox':null");
    opened(there);
    String gone = notified(ana, "bea", "gone");
    notified(ana, "bea", "stays");
    String position = there.next("notification").text("pos");
    String allGone = broadcast(ana, "gone too");
    ok(ana, "'type':'revoke','id':'%s'".formatted(gone));
    Json revoked = there.next("notification_revoked");
    assertThat(revoked.text("id")).isEqualTo(gone);
    assertThat(revoked.number("unread")).isEqualTo(2);
    ok(ana, "'type':'revoke','id':'%s'".formatted(allGone));
    assertThat(there.next("notification_revoked").text("id")).isEqualTo(allGone);
    ok(ana, "'type':'revoke','id':'%s'".formatted(allGone));
    assertThat(there.rest()).isEmpty();
    FullPeer fresh = hello("bea", "'inbox':'0:0+0:0'");
    Json opened = opened(fresh);
    assertThat(messages(opened.objects("notifications"))).containsExactly("stays");
    assertThat(opened.text()).doesNotContain("gone");
    assertThat(inbox(fresh, "")).containsExactly("stays");
    // Whoever had seen it learns that it is gone.
    FullPeer back = hello("bea", "'inbox':'" + position + "'");
    assertThat(opened(back).objects("notifications"))
        .extracting(Json::type)
        .containsExactly("notification", "notification_revoked", "notification_revoked");
  }

  @Test
  void onlyItsSenderRevokesANotification() {
    FullPeer ana = hello("ana");
    FullPeer bea = hello("bea");
    String id = notified(ana, "bea", "m");
    assertThat(bea.ask("'type':'revoke','id':'%s'".formatted(id)).text("code"))
        .isEqualTo("forbidden");
    assertThat(inbox(bea, "")).containsExactly("m");
  }

  @Test
  void anInboxIsPagedInBothDirections() {
    FullPeer ana = hello("ana");
    FullPeer bea = hello("bea");
    List<String> all = new ArrayList<>();
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      all.add("m" + i);
      ids.add(i % 3 == 0 ? broadcast(ana, "m" + i) : notified(ana, "bea", "m" + i));
    }
    assertThat(inbox(bea, "")).isEqualTo(all.subList(100, 150));
    assertThat(inbox(bea, ",'limit':200")).isEqualTo(all);
    assertThat(inbox(bea, ",'limit':7,'before':'%s'".formatted(ids.get(60))))
        .isEqualTo(all.subList(53, 60));
    assertThat(inbox(bea, ",'limit':7,'before':'%s'".formatted(ids.get(61))))
        .isEqualTo(all.subList(54, 61));
    assertThat(inbox(bea, ",'limit':7,'after':'%s'".formatted(ids.get(60))))
        .isEqualTo(all.subList(61, 68));
    assertThat(inbox(bea, ",'limit':7,'after':'%s'".formatted(ids.get(61))))
        .isEqualTo(all.subList(62, 69));
    Json last = bea.ask("'type':'inbox','after':'%s'".formatted(ids.get(148)));
    assertThat(last.truth("more")).isFalse();
    assertThat(last.number("unread")).isEqualTo(150);
    ok(bea, "'type':'inbox_read','up_to':'%s'".formatted(ids.get(100)));
    assertThat(inbox(bea, ",'limit':5,'unread_only':true,'after':'%s'".formatted(ids.get(3))))
        .isEqualTo(all.subList(101, 106));
    assertThat(inbox(bea, ",'limit':200,'unread_only':true")).isEqualTo(all.subList(101, 150));
  }

  @Test
  void anAckHasNoReplyUnlessRequestedAndNeedsADevice() {
    FullPeer ana = hello("ana");
    FullPeer phone = hello("bea", "'device':'phone','inbox':null");
    opened(phone);
    FullPeer nameless = hello("bea");
    String id = notified(ana, "bea", "m");
    String position = phone.next("notification").text("pos");
    phone.say("'type':'ack','pos':'%s'".formatted(position));
    phone.say("'type':'shown','id':'%s'".formatted(id));
    assertThat(phone.rest()).isEmpty();
    ok(phone, "'type':'ack','pos':'%s'".formatted(position));
    ok(phone, "'type':'shown','id':'%s'".formatted(id));
    assertThat(nameless.ask("'type':'ack','pos':'%s'".formatted(position)).text("code"))
        .isEqualTo("invalid");
    assertThat(nameless.ask("'type':'shown','id':'%s'".formatted(id)).text("code"))
        .isEqualTo("invalid");
  }

  @Test
  void baseClientsReceiveNotificationsAsBefore() {
    FullPeer ana = hello("ana");
    try (TestClient bea = TestClient.connect(server, "bea")) {
      notified(ana, "bea", "m");
      assertThat(bea.next()).contains("\"type\":\"notification\"", "\"message\":\"m\"", "personal");
      String id = broadcast(ana, "all");
      assertThat(bea.next()).contains("\"type\":\"notification\"", "\"message\":\"all\"");
      ok(ana, "'type':'revoke','id':'%s'".formatted(id));
      bea.send("{\"type\":\"notification\",\"message\":\"self\"}");
      assertThat(bea.next()).contains("self");
      assertThat(inbox(hello("bea"), "")).containsExactly("m", "self");
    }
  }

  /// From whatever frame a client keeps the position, it is given all that came after, and nothing
  /// that came before.
  @Test
  void resumingFromAnyReceivedPositionYieldsExactlyWhatFollows() {
    Seeded seeded = Seeded.print();
    RandomGenerator random = seeded.random();
    FullPeer ana = hello("ana");
    FullPeer bea = hello("bea", "'inbox':null");
    opened(bea);
    List<String> ids = new ArrayList<>();
    FullPeer other = hello("bea");
    for (int i = 0; i < 60; i++) {
      switch (random.nextInt(5)) {
        case 0, 1 -> ids.add(notified(ana, "bea", "m" + i));
        case 2 -> ids.add(broadcast(ana, "m" + i));
        case 3 -> {
          if (!ids.isEmpty()) {
            String id = ids.get(random.nextInt(ids.size()));
            ok(other, "'type':'inbox_read','ids':['%s']".formatted(id));
          }
        }
        default -> {
          if (!ids.isEmpty()) {
            ok(ana, "'type':'revoke','id':'%s'".formatted(ids.get(random.nextInt(ids.size()))));
          }
        }
      }
    }
    String end = "end";
    ids.add(notified(ana, "bea", end));
    List<Json> frames = new ArrayList<>();
    do {
      frames.add(bea.next(any -> true));
    } while (!frames.getLast().text().contains("\"message\":\"end\""));
    for (int i = 0; i < frames.size(); i++) {
      FullPeer back = hello("bea", "'inbox':'" + frames.get(i).text("pos") + "'");
      Json opened = opened(back);
      assertThat(opened.truth("recovered")).isTrue();
      List<String> expected = standing(frames, frames.subList(i + 1, frames.size()));
      assertThat(opened.objects("notifications").stream().map(f -> f.text("pos")).toList())
          .as("after frame %s, %s, %s", i, frames.get(i).text(), seeded)
          .isEqualTo(expected);
      back.close();
    }
  }

  /// The positions of `some`, but for the notifications that were revoked.
  private static List<String> standing(List<Json> all, List<Json> some) {
    List<String> revoked =
        all.stream()
            .filter(frame -> frame.type().equals("notification_revoked"))
            .map(frame -> frame.text("id"))
            .toList();
    return some.stream()
        .filter(
            frame -> !frame.type().equals("notification") || !revoked.contains(frame.text("id")))
        .map(frame -> frame.text("pos"))
        .toList();
  }

  @Test
  void aLongAbsenceIsReplayedInOrder() {
    FullPeer ana = hello("ana");
    FullPeer bea = hello("bea", "'inbox':null");
    String kept = opened(bea).text("pos");
    bea.close();
    List<String> all = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      all.add("m" + i);
      if (i % 4 == 0) {
        broadcast(ana, "m" + i);
      } else {
        notified(ana, "bea", "m" + i);
      }
    }
    FullPeer back = hello("bea", "'inbox':'" + kept + "'");
    Json opened = opened(back);
    assertThat(opened.truth("recovered")).isTrue();
    List<String> come = new ArrayList<>(messages(opened.objects("notifications")));
    if (opened.truth("more")) {
      Json frame = back.next(any -> true);
      while (!frame.type().equals("caught_up")) {
        come.add(frame.text("message"));
        frame = back.next(any -> true);
      }
      assertThat(frame.truth("inbox")).isTrue();
    }
    assertThat(come).isEqualTo(all);
    notified(ana, "bea", "live");
    assertThat(back.next("notification").text("message")).isEqualTo("live");
  }

  @Test
  void anInvalidPositionIsNotRecovered() {
    FullPeer ana = hello("ana");
    notified(ana, "bea", "m");
    for (String wrong : List.of("nonsense", "1:1+", "+zz:4", "zz:1+zz:1", "k3f9:7")) {
      FullPeer bea = hello("bea", "'inbox':'" + wrong + "'");
      Json opened = opened(bea);
      assertThat(opened.truth("recovered")).as(wrong).isFalse();
      assertThat(messages(opened.objects("notifications"))).containsExactly("m");
    }
  }

  @Test
  void inboxesSurviveARestart() {
    FullPeer ana = hello("ana");
    hello("bea", "'inbox':null").close();
    String read = notified(ana, "bea", "read");
    String revoked = broadcast(ana, "revoked");
    notified(ana, "bea", "unread");
    FullPeer bea = hello("bea", "'inbox':null");
    String kept = opened(bea).text("pos");
    ok(bea, "'type':'inbox_read','ids':['%s']".formatted(read));
    ok(ana, "'type':'revoke','id':'%s'".formatted(revoked));
    peers.forEach(FullPeer::close);
    peers.clear();
    server = server.restarted();
    FullPeer back = hello("bea", "'inbox':'" + kept + "'");
    Json opened = opened(back);
    assertThat(opened.truth("recovered")).isTrue();
    assertThat(opened.objects("notifications"))
        .extracting(Json::type)
        .containsExactly("inbox_read", "notification_revoked");
    Json page = back.ask("'type':'inbox'");
    assertThat(messages(page.objects("notifications"))).containsExactly("read", "unread");
    assertThat(page.number("unread")).isEqualTo(1);
  }

  @Test
  void aBroadcastReachesAllConnectionsOfAllClientsWithAllItsFields() {
    FullPeer ana = hello("ana");
    FullPeer one = hello("bea");
    FullPeer two = hello("bea");
    ana.say(
        "'type':'broadcast_notification','ref':'x','message':'m','title':'t','data':null,"
            + "'category':'c','urgency':'low','id':'mine'");
    Json reply = ana.next(any -> true);
    assertThat(reply.type()).as("the ok comes first").isEqualTo("ok");
    for (FullPeer each : List.of(ana, one, two)) {
      Json frame = each.next("notification");
      assertThat(frame.text("id")).isEqualTo(reply.text("id"));
      assertThat(frame.number("time")).isEqualTo(reply.number("time"));
      assertThat(frame.text("pos")).startsWith("+");
      assertThat(frame.text())
          .contains("\"scope\":\"broadcast\"", "\"from\":\"ana\"", "\"message\":\"m\"")
          .contains("\"title\":\"t\"", "\"data\":null", "\"category\":\"c\"")
          .contains("\"urgency\":\"low\"", "\"read\":false");
      assertThat(each.rest()).isEmpty();
    }
  }

  @Test
  void omittedFieldsHaveTheirDefaults() {
    FullPeer ana = hello("ana");
    ok(ana, "'type':'notification','data':{}");
    Json frame = ana.next("notification");
    assertThat(frame.text("message")).isEmpty();
    assertThat(frame.text("urgency")).isEqualTo("normal");
    assertThat(frame.fields()).containsKey("data").doesNotContainKeys("title", "category");
    ok(ana, "'type':'notification','message':'','title':null,'urgency':null,'to':null");
    Json empty = ana.next("notification");
    assertThat(empty.text("message")).isEmpty();
    assertThat(empty.fields()).doesNotContainKeys("title", "data", "category");
  }

  @Test
  void aRequestIdIsScopedToItsSenderAndInbox() {
    FullPeer ana = hello("ana");
    FullPeer bea = hello("bea");
    String k = "k".repeat(128);
    String to = "'type':'notification','to':'%s','message':'m','id':'" + k + "'";
    String first = ok(ana, to.formatted("cid")).text("id");
    assertThat(ok(bea, to.formatted("cid")).text("id")).isNotEqualTo(first);
    assertThat(ok(ana, to.formatted("dora")).text("id")).isNotEqualTo(first);
    String all = "'type':'broadcast_notification','message':'m','id':'" + k + "'";
    assertThat(ok(ana, all).text("id")).isNotEqualTo(ok(bea, all).text("id"));
    assertThat(ana.ask(all.replace("'m'", "'n'")).text("code")).isEqualTo("conflict");
    assertThat(ana.ask(to.formatted("cid") + ",'urgency':'high'").text("code"))
        .isEqualTo("conflict");
    assertThat(inbox(hello("cid"), "")).containsExactly("m", "m", "m", "m");
  }

  @Test
  void otherConnectionsReceiveTheReadMark() {
    FullPeer ana = hello("ana");
    FullPeer phone = hello("bea");
    FullPeer laptop = hello("bea", "'inbox':null");
    String kept = opened(laptop).text("pos");
    notified(ana, "bea", "1");
    String upTo = broadcast(ana, "2");
    notified(ana, "bea", "3");
    assertThat(ok(phone, "'type':'inbox_read','up_to':'%s'".formatted(upTo)).number("unread"))
        .isEqualTo(1);
    Json told = laptop.next("inbox_read");
    assertThat(told.text("up_to")).isEqualTo(upTo);
    assertThat(told.number("unread")).isEqualTo(1);
    assertThat(told.has("ids")).isFalse();
    assertThat(told.text("pos")).endsWith("+");
    assertThat(ana.rest()).extracting(Json::type).containsOnly("notification");
    assertThat(laptop.ask("'type':'inbox'").objects("notifications"))
        .extracting(frame -> frame.truth("read"))
        .containsExactly(true, true, false);
    // A device that was away learns of it by the same means.
    FullPeer tablet = hello("bea", "'inbox':'" + kept + "'");
    List<Json> missed = opened(tablet).objects("notifications");
    assertThat(missed)
        .extracting(Json::type)
        .containsExactly("notification", "notification", "notification", "inbox_read");
    assertThat(missed.subList(0, 3))
        .extracting(frame -> frame.truth("read"))
        .containsExactly(true, true, false);
    assertThat(missed.getLast().text("up_to")).isEqualTo(upTo);
  }

  @Test
  void aRevocationReportsTheRemainingUnreadCount() {
    FullPeer ana = hello("ana");
    FullPeer bea = hello("bea");
    String one = notified(ana, "bea", "1");
    String two = notified(ana, "bea", "2");
    String all = broadcast(ana, "3");
    ok(bea, "'type':'inbox_read','ids':['%s']".formatted(one));
    ok(ana, "'type':'revoke','id':'%s'".formatted(one));
    Json read = bea.next("notification_revoked");
    assertThat(read.number("unread")).as("it was read").isEqualTo(2);
    assertThat(read.text("pos")).endsWith("+");
    ok(ana, "'type':'revoke','id':'%s'".formatted(two));
    assertThat(bea.next("notification_revoked").number("unread")).isEqualTo(1);
    ok(ana, "'type':'revoke','id':'%s'".formatted(all));
    Json revoked = bea.next("notification_revoked");
    assertThat(revoked.has("unread")).isFalse();
    assertThat(revoked.text("pos")).startsWith("+");
    assertThat(bea.ask("'type':'inbox'").number("unread")).isZero();
    // It is gone: reading it changes nothing, and pages do not begin at it.
    assertThat(ok(bea, "'type':'inbox_read','ids':['%s']".formatted(two)).number("unread"))
        .isZero();
    assertThat(bea.rest()).isEmpty();
  }

  /// On connections of several loops, with much of both kinds in each turn.
  @Test
  void broadcastsAndPersonalNotificationsArriveInTheOrderOfStorage() {
    FullPeer ana = hello("ana");
    List<FullPeer> beas = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      beas.add(hello("bea"));
    }
    int count = 400;
    for (int i = 0; i < count; i++) {
      ana.say(
          (i % 3 == 0 ? "'type':'broadcast_notification'" : "'type':'notification','to':'bea'")
              + ",'message':'m%s'".formatted(i));
    }
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      expected.add("m" + i);
    }
    for (FullPeer bea : beas) {
      List<String> come = new ArrayList<>();
      while (come.size() < count) {
        come.add(bea.next("notification").text("message"));
      }
      assertThat(come).isEqualTo(expected);
    }
  }

  /// What is sent while the inbox is being read: the log may show it before its outcome is known.
  @Test
  void noClientSeesItsOwnEntryBeforeItsOkEvenInAReplay() {
    FullPeer ana = hello("ana");
    String kept = "0:0+0:0";
    for (int i = 0; i < 150; i++) {
      notified(ana, "bea", "m" + i);
    }
    for (int round = 0; round < 100; round++) {
      FullPeer bea = FullPeer.connect(server.port(), "bea");
      peers.add(bea);
      bea.say("'type':'hello','inbox':'" + kept + "'");
      String own = "own" + round;
      bea.say("'type':'notification','ref':'" + own + "','message':'" + own + "'");
      bea.say("'type':'broadcast_notification','ref':'all" + own + "','message':'all" + own + "'");
      Json frame = bea.next(any -> true);
      boolean ok = false;
      boolean all = false;
      while (!(ok && all)) {
        ok |= frame.has("ref") && frame.text("ref").equals(own);
        all |= frame.has("ref") && frame.text("ref").equals("all" + own);
        if (!ok) {
          assertThat(frame.text()).doesNotContain("\"message\":\"" + own + "\"");
        }
        if (!all) {
          assertThat(frame.text()).doesNotContain("\"message\":\"all" + own + "\"");
        }
        if (!(ok && all)) {
          frame = bea.next(any -> true);
        }
      }
      bea.close();
    }
  }

  @Test
  void anIdWithTheSameOffsetButAnotherTermIsNotFound() {
    FullPeer ana = hello("ana");
    FullPeer bea = hello("bea", "'device':'d'");
    for (String id : List.of(notified(ana, "bea", "m"), broadcast(ana, "all"))) {
      String other = "zz" + id.substring(id.indexOf(':'));
      for (String fields :
          List.of(
              "'type':'shown','id':'%s'",
              "'type':'inbox_read','ids':['%s']",
              "'type':'inbox_read','up_to':'%s'",
              "'type':'inbox','before':'%s'",
              "'type':'inbox','after':'%s'",
              "'type':'revoke','id':'%s'")) {
        assertThat(bea.ask(fields.formatted(other)).text("code")).isEqualTo("not_found");
      }
    }
    assertThat(bea.ask("'type':'inbox'").number("unread")).isEqualTo(2);
  }

  @Test
  void aClientThatMissedMoreThanTheReplayLimitIsTold() {
    server.close();
    server =
        TestServer.start(
            Map.of(
                Setting.LIMITS_MESSAGES_PER_SECOND, "0",
                Setting.LIMITS_BYTES_PER_SECOND, "0",
                Setting.LIMITS_NOTIFICATIONS_PER_SECOND_PER_CLIENT, "0"));
    FullPeer ana = hello("ana");
    FullPeer bea = hello("bea", "'inbox':null");
    String first = opened(bea).text("pos");
    broadcast(ana, "one");
    String second = bea.next("notification").text("pos");
    bea.close();
    for (int i = 0; i < 9_999; i++) {
      if (i % 500 == 0) {
        // Its answer says that the server keeps up, and that this end has read what came before.
        broadcast(ana, "m" + i);
      } else {
        ana.say("'type':'broadcast_notification','message':'m%s'".formatted(i));
      }
    }
    broadcast(ana, "last");
    FullPeer lost = hello("bea", "'inbox':'" + first + "'");
    Json newest = opened(lost);
    assertThat(newest.truth("recovered")).isFalse();
    assertThat(messages(newest.objects("notifications"))).endsWith("m9998", "last");
    FullPeer back = hello("bea", "'inbox':'" + second + "'");
    assertThat(opened(back).truth("recovered")).isTrue();
    Json caughtUp = back.next("caught_up");
    assertThat(caughtUp.truth("inbox")).isTrue();
  }
}
