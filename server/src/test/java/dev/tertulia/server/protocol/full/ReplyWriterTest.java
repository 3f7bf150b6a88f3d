package dev.tertulia.server.protocol.full;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.chat.HistoryPage;
import dev.tertulia.server.chat.RoomLog;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.presence.PresenceStore;
import dev.tertulia.server.protocol.EntryWriter;
import dev.tertulia.server.protocol.EntryWriter.EntryPosition;
import dev.tertulia.server.protocol.JsonTree;
import dev.tertulia.server.protocol.Received.Ref;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What clients of the full protocol are sent, written and read again.
final class ReplyWriterTest {
  private static final ClientId ANA = new ClientId("ana");
  private static final RoomName ROOM = new RoomName("r");
  private static final EntryPosition PLACE = new EntryPosition(7, "k3f9:7");
  private static final Ref REF = new Ref("1");

  @Test
  void inboxes() {
    byte[] frame = "{}".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    assertReply(new Reply.Notified("i", 9), "{'type':'ok','ref':1,'id':'i','time':9}");
    assertReply(new Reply.Unread(4), "{'type':'ok','ref':1,'unread':4}");
    assertReply(
        new Reply.InboxOpened(true, "1:2+1:3", List.of(frame, frame), true),
        "{'type':'inbox','ref':1,'recovered':true,'pos':'1:2+1:3','notifications':[{},{}],'more':true}");
    assertReply(
        new Reply.InboxCaughtUp("1:2+1:3"),
        "{'type':'caught_up','ref':1,'inbox':true,'pos':'1:2+1:3'}");
    assertReply(
        new Reply.Inbox(List.of(frame), 2, false),
        "{'type':'inbox','ref':1,'notifications':[{}],'unread':2,'more':false}");
  }

  @Test
  void welcome() {
    assertReply(
        new Reply.Welcome(
            "c1", ANA, "Ana", 9, Duration.ofSeconds(25), 2, new Reply.Limits(65_536, 100, 1000)),
        "{'type':'welcome','ref':1,'protocol':1,'connection':'c1','client':'ana','name':'Ana','time':9,'heartbeat':25000,'unread':2,"
            + "'limits':{'message_bytes':65536,'messages_per_second':100,'burst':1000}}");
  }

  @Test
  void oks() {
    assertReply(new Reply.Done(), "{'type':'ok','ref':1}");
    assertReply(
        new Reply.Stored(ROOM, PLACE, "i", 9),
        "{'type':'ok','ref':1,'room':'r','offset':7,'pos':'k3f9:7','id':'i','time':9}");
    assertReply(
        new Reply.Stored(ROOM, null, "i", 9), "{'type':'ok','ref':1,'room':'r','id':'i','time':9}");
    assertReply(new Reply.Marked(ROOM, 5), "{'type':'ok','ref':1,'room':'r','offset':5}");
  }

  @Test
  void errors() {
    assertReply(
        new Reply.Refused(ROOM, new Refusal(ErrorCode.NOT_FOUND, "m")),
        "{'type':'error','ref':1,'room':'r','code':'not_found','message':'m','retry':false}");
    assertReply(
        new Reply.Refused(null, new Refusal(ErrorCode.RATE_LIMITED, "m"), Duration.ofMillis(1500)),
        "{'type':'error','ref':1,'code':'rate_limited','message':'m','retry':true,'retry_after':1500}");
    assertThat(Refusal.unconfirmed(Language.EN).retry()).isFalse();
    assertReply(
        new Reply.Refused(null, new Refusal(ErrorCode.UNAVAILABLE, "m", false)),
        "{'type':'error','ref':1,'code':'unavailable','message':'m','retry':false}");
    assertThat(
            Reply.Writer.reply(null, new Reply.Refused(null, new Refusal(ErrorCode.INVALID, "m"))))
        .asString(StandardCharsets.UTF_8)
        .doesNotContain("ref");
  }

  @ParameterizedTest
  @EnumSource
  void onlyErrorsWithoutAnyEffectAreRetryable(ErrorCode code) {
    Map<String, ?> error =
        JsonTree.read(
            Reply.Writer.reply(REF, new Reply.Refused(null, Refusal.of(code, Language.EN))));
    assertThat(error.get("retry"))
        .isEqualTo(code == ErrorCode.UNAVAILABLE || code == ErrorCode.RATE_LIMITED);
  }

  @ParameterizedTest
  @EnumSource
  void everyCodeHasItsOwnTextInBothLanguages(ErrorCode code) {
    String spanish = Refusal.of(code, Language.ES).message();
    assertThat(spanish).endsWith(".").doesNotContain("%");
    assertThat(Refusal.of(code, Language.EN).message())
        .endsWith(".")
        .doesNotContain("%")
        .isNotEqualTo(spanish);
    assertThat(Arrays.stream(ErrorCode.values()).map(c -> Refusal.of(c, Language.ES).message()))
        .doesNotHaveDuplicates();
  }

  @Test
  void joinedContainsTheFramesThemselves() {
    EntryWriter entries = EntryWriter.of(Language.EN);
    List<byte[]> frames = new ArrayList<>();
    for (int i = 1; i <= 200; i++) {
      frames.add(
          entries.entry(
              new Entry.Chat(ANA, "A", "é".repeat(i)),
              "r",
              new EntryPosition(i, "t:" + i),
              i,
              "i" + i));
    }
    for (int count : new int[] {0, 1, 2, 200}) {
      List<byte[]> some = frames.subList(0, count);
      Map<String, ?> joined =
          JsonTree.read(
              Reply.Writer.reply(REF, new Reply.Joined(ROOM, true, "t:9", some, false, 3)));
      assertThat(joined)
          .isEqualTo(
              Map.of(
                  "type",
                  "joined",
                  "ref",
                  1,
                  "room",
                  "r",
                  "recovered",
                  true,
                  "after",
                  "t:9",
                  "messages",
                  some.stream().map(JsonTree::read).toList(),
                  "more",
                  false,
                  "count",
                  3));
    }
  }

  @Test
  void joinedOfAnEphemeralRoom() {
    assertReply(
        new Reply.Joined(ROOM, true, null, List.of(), false, 1),
        "{'type':'joined','ref':1,'room':'r','recovered':true,'messages':[],'more':false,'count':1}");
  }

  @Test
  void caughtUp() {
    assertThat(JsonTree.read(Reply.Writer.reply(null, new Reply.CaughtUp(ROOM, "t:9"))))
        .isEqualTo(json("{'type':'caught_up','room':'r','pos':'t:9'}"));
  }

  @Test
  void history() {
    RoomLog.Message edited =
        new RoomLog.Message(
            stored(7, 9, "i", new Entry.Chat(ANA, "A", "m", 1L, "null", false)),
            10L,
            List.of(new RoomLog.Reactions("👍", 2, true)));
    RoomLog.Message deleted =
        new RoomLog.Message(
            stored(8, 11, "j", new Entry.Chat(ANA, "A", "", null, null, true)), null, List.of());
    assertReply(
        new Reply.History(
            new HistoryPage(ROOM, List.of(edited, deleted), true, Position.parse("k3f9:12"))),
        "{'type':'history','ref':1,'room':'r','messages':["
            + "{'type':'chat','room':'r','offset':7,'pos':'k3f9:7','id':'i','client':'ana','sender':'A','message':'m','time':9,"
            + "'reply_to':1,'data':null,'edited':10,'reactions':[{'emoji':'👍','count':2,'mine':true}]},"
            + "{'type':'chat','room':'r','offset':8,'pos':'k3f9:8','id':'j','client':'ana','sender':'A','deleted':true,'time':11}"
            + "],'more':true,'pos':'k3f9:12','offset':12}");
    // In a room that keeps nothing.
    assertReply(
        new Reply.History(new HistoryPage(ROOM, List.of(), false, null)),
        "{'type':'history','ref':1,'room':'r','messages':[],'more':false}");
  }

  @Test
  void presenceAndOwnRooms() {
    assertReply(
        new Reply.Present(
            ROOM, new PresenceStore.Members(List.of(new PresenceStore.Member(ANA, "Ana")), 300)),
        "{'type':'presence','ref':1,'room':'r','members':[{'client':'ana','name':'Ana'}],'count':300}");
    assertReply(
        new Reply.Rooms(List.of(new RoomLog.RoomState(ROOM, 9, 5, 2))),
        "{'type':'rooms','ref':1,'rooms':[{'room':'r','head':9,'read':5,'unread':2}]}");
  }

  private static Publication stored(long offset, long time, String id, Entry.Chat chat) {
    Position position = Objects.requireNonNull(Position.parse("k3f9:" + offset));
    return Publication.kept(TopicName.room(ROOM), position, time, id, chat);
  }

  private void assertReply(Reply reply, String expected) {
    assertThat(JsonTree.read(Reply.Writer.reply(REF, reply))).isEqualTo(json(expected));
  }

  /// @param text JSON, with `'` for the quotation mark
  private static Map<String, ?> json(String text) {
    return JsonTree.read(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }
}
