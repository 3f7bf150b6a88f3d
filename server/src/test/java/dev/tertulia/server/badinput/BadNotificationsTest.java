package dev.tertulia.server.badinput;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.ServerStore;
import dev.tertulia.server.testing.TestServer;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Notification requests that violate a rule: each is refused by name, no client is notified, and
/// the connection stays open.
@Tag(ServerStore.PROTOCOL)
final class BadNotificationsTest {
  private static TestServer server;
  private static FullPeer ana;
  private static FullPeer bea;

  @BeforeAll
  static void begin() {
    server = TestServer.start();
    ana = FullPeer.hello(server, "ana", "'device':'d'");
    bea = FullPeer.hello(server, "bea", "");
  }

  @AfterAll
  static void end() {
    ana.close();
    bea.close();
    server.awaitConnections(0);
    server.close();
  }

  private static void isRefused(String fields, String code) {
    Json reply = ana.ask(fields);
    assertThat(reply.type()).as("%s: %s", fields, reply.text()).isEqualTo("error");
    assertThat(reply.text("code")).as("%s: %s", fields, reply.text()).isEqualTo(code);
    assertThat(reply.truth("retry")).isFalse();
    assertThat(reply.text("message")).isNotEmpty();
    assertThat(ana.rest()).isEmpty();
    assertThat(bea.rest()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'type':'notification'",
        "'type':'notification','to':'bea'",
        "'type':'notification','to':'bea','message':null",
        "'type':'notification','to':'bea','message':7",
        "'type':'notification','to':['bea'],'message':'m'",
        "'type':'notification','to':'','message':'m'",
        "'type':'notification','to':'a b','message':'m'",
        "'type':'notification','to':'..','message':'m'",
        "'type':'notification','to':'bea','message':'m','title':7",
        "'type':'notification','to':'bea','message':'m','category':''",
        "'type':'notification','to':'bea','message':'m','category':{}",
        "'type':'notification','to':'bea','message':'m','urgency':'extreme'",
        "'type':'notification','to':'bea','message':'m','urgency':1",
        "'type':'notification','to':'bea','message':'m','id':''",
        "'type':'notification','to':'bea','message':'m','id':7",
        "'type':'notification','to':'bea','message':'half \\ud800'",
        "'type':'notification','to':'bea','message':'m','title':'half \\ud800'",
        "'type':'broadcast_notification'",
        "'type':'broadcast_notification','message':7",
        "'type':'broadcast_notification','message':'m','urgency':''",
        "'type':'ack'",
        "'type':'ack','pos':7",
        "'type':'ack','pos':''",
        "'type':'ack','pos':'nonsense'",
        "'type':'ack','pos':'k3f9:7'",
        "'type':'ack','pos':'+'",
        "'type':'ack','pos':'k3f9:-1+'",
        "'type':'shown'",
        "'type':'shown','id':7",
        "'type':'shown','id':''",
        "'type':'shown','id':'nonsense'",
        "'type':'shown','id':'k3f9:0@ana'",
        "'type':'inbox','before':7",
        "'type':'inbox','before':'nonsense'",
        "'type':'inbox','after':''",
        "'type':'inbox','before':'1:1','after':'1:1'",
        "'type':'inbox','limit':0",
        "'type':'inbox','limit':201",
        "'type':'inbox','limit':'7'",
        "'type':'inbox','unread_only':'yes'",
        "'type':'inbox_read'",
        "'type':'inbox_read','ids':[]",
        "'type':'inbox_read','ids':'1:1'",
        "'type':'inbox_read','ids':[7]",
        "'type':'inbox_read','ids':[null]",
        "'type':'inbox_read','ids':[['1:1']]",
        "'type':'inbox_read','ids':['nonsense']",
        "'type':'inbox_read','up_to':7",
        "'type':'inbox_read','up_to':'nonsense'",
        "'type':'inbox_read','ids':['1:1'],'up_to':'1:1'",
        "'type':'revoke'",
        "'type':'revoke','id':7",
        "'type':'revoke','id':'nonsense'",
        "'type':'hello','inbox':7",
        "'type':'hello','inbox':''",
        "'type':'hello','inbox':{}",
        "'type':'hello','device':''"
      })
  void invalidFieldsAreRefused(String fields) {
    isRefused(fields, "invalid");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'type':'ack','pos':'zz:7+'",
        "'type':'ack','pos':'+zz:7'",
        "'type':'ack','pos':'0:0+zz:9'",
        "'type':'shown','id':'zz:7'",
        "'type':'shown','id':'zz:7@ana'",
        "'type':'inbox','before':'zz:7'",
        "'type':'inbox','after':'zz:7@ana'",
        "'type':'inbox_read','ids':['zz:7@ana']",
        "'type':'inbox_read','up_to':'zz:7'",
        "'type':'revoke','id':'zz:7'",
        "'type':'revoke','id':'zz:7@nobody'"
      })
  void unknownNotificationsAreNotFound(String fields) {
    isRefused(fields, "not_found");
  }

  @Test
  void theNotificationOfAnotherClientIsNotFound() {
    String id = ana.ask("'type':'notification','to':'cid','message':'m'").text("id");
    isRefused("'type':'shown','id':'%s'".formatted(id), "not_found");
    isRefused("'type':'inbox_read','ids':['%s']".formatted(id), "not_found");
    isRefused("'type':'inbox_read','up_to':'%s'".formatted(id), "not_found");
    isRefused("'type':'inbox','before':'%s'".formatted(id), "not_found");
    FullPeer cid = FullPeer.hello(server, "cid", "");
    Json forbidden = cid.ask("'type':'revoke','id':'%s'".formatted(id));
    assertThat(forbidden.text("code")).isEqualTo("forbidden");
    cid.close();
    server.awaitConnections(2);
  }

  @Test
  void oneInvalidIdAmongValidOnesMarksNoneAsRead() {
    FullPeer dora = FullPeer.hello(server, "dora", "");
    String id = dora.ask("'type':'notification','message':'m'").text("id");
    Json reply = dora.ask("'type':'inbox_read','ids':['%s','zz:1@dora']".formatted(id));
    assertThat(reply.text("code")).isEqualTo("not_found");
    assertThat(dora.ask("'type':'inbox'").number("unread")).isEqualTo(1);
    dora.close();
    server.awaitConnections(2);
  }

  @Test
  void oversizedTextsAndListsAreRefused() {
    String much = "x".repeat(65_537);
    isRefused("'type':'notification','to':'bea','message':'%s'".formatted(much), "too_large");
    isRefused(
        "'type':'notification','to':'bea','message':'m','data':'%s'".formatted("x".repeat(65_535)),
        "too_large");
    isRefused(
        "'type':'notification','to':'bea','message':'m','title':'%s'".formatted("x".repeat(257)),
        "invalid");
    isRefused(
        "'type':'notification','to':'bea','message':'m','category':'%s'".formatted("x".repeat(129)),
        "invalid");
    isRefused(
        "'type':'notification','to':'%s','message':'m'".formatted("x".repeat(129)), "invalid");
    isRefused("'type':'shown','id':'%s'".formatted("1".repeat(163)), "invalid");
    String ids =
        IntStream.range(0, 201).mapToObj(_ -> "'1:1@ana'").collect(Collectors.joining(","));
    isRefused("'type':'inbox_read','ids':[%s]".formatted(ids), "invalid");
  }

  @Test
  void requestsBeforeHelloAreRefused() {
    FullPeer early = FullPeer.connect(server.port(), "early");
    for (String fields :
        List.of(
            "'type':'notification','to':'bea','message':'m'",
            "'type':'broadcast_notification','message':'m'",
            "'type':'ack','pos':'0:0+0:0'",
            "'type':'shown','id':'1:1'",
            "'type':'inbox'",
            "'type':'inbox_read','up_to':'1:1'",
            "'type':'revoke','id':'1:1'")) {
      assertThat(early.ask(fields).text("code")).as(fields).isEqualTo("unauthorized");
    }
    early.close();
    server.awaitConnections(2);
    assertThat(bea.rest()).isEmpty();
  }
}
