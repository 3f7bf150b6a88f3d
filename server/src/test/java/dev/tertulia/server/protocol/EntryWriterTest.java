package dev.tertulia.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.protocol.EntryWriter.EntryPosition;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Entries as clients receive them, written and read again.
final class EntryWriterTest {
  private static final ClientId ANA = new ClientId("ana");
  private static final RoomName ROOM = new RoomName("r");
  private static final EntryPosition PLACE = new EntryPosition(7, "k3f9:7");

  private final EntryWriter writer = EntryWriter.of(Language.EN);

  @Test
  void chat() {
    assertEntry(
        new Entry.Chat(ANA, "Ana \"x\"", "¡Hola 😀!\u0000\n", 3L, "{\"a\":[1,\"é\"]}", false),
        "{'type':'chat','room':'r','offset':7,'pos':'k3f9:7','id':'i','client':'ana',"
            + "'sender':'Ana \\\"x\\\"','message':'¡Hola 😀!\\u0000\\n','time':9,'reply_to':3,"
            + "'data':{'a':[1,'é']}}");
  }

  @Test
  void chatOfAnEphemeralRoom() {
    assertThat(JsonTree.read(writer.entry(new Entry.Chat(ANA, "A", "m"), "r", null, 9, "i")))
        .isEqualTo(
            json(
                "{'type':'chat','room':'r','id':'i','client':'ana','sender':'A','message':'m','time':9}"));
  }

  @Test
  void aDeletedMessageHasNoTextEvenIfItIsStillStored() {
    assertEntry(
        new Entry.Chat(ANA, "A", "secret", null, "\"secret\"", true),
        "{'type':'chat','room':'r','offset':7,'pos':'k3f9:7','id':'i','client':'ana','sender':'A','deleted':true,'time':9}");
    assertEntry(
        new Entry.Edit(ANA, 2, null),
        "{'type':'edited','room':'r','offset':7,'pos':'k3f9:7','target':2,'client':'ana','deleted':true,'time':9}");
  }

  @Test
  void amendments() {
    assertEntry(
        new Entry.Edit(ANA, 2, "m"),
        "{'type':'edited','room':'r','offset':7,'pos':'k3f9:7','target':2,'client':'ana','message':'m','time':9}");
    assertEntry(
        new Entry.Deletion(ANA, 2),
        "{'type':'deleted','room':'r','offset':7,'pos':'k3f9:7','target':2,'client':'ana','time':9}");
    assertEntry(
        new Entry.Reaction(ANA, 2, "👍", true),
        "{'type':'reaction','room':'r','offset':7,'pos':'k3f9:7','target':2,'client':'ana','emoji':'👍','removed':true,'time':9}");
  }

  @Test
  void notification() {
    assertEntry(
        new Entry.Notification(ANA, Entry.Scope.PERSONAL, "m"),
        "{'type':'notification','id':'i','pos':'k3f9:7','scope':'personal','from':'ana','message':'m','urgency':'normal','time':9,'read':false}");
    assertEntry(
        new Entry.Notification(
            ANA, Entry.Scope.BROADCAST, "m", "t", "[1]", "c", Entry.Urgency.HIGH, false, 0),
        "{'type':'notification','id':'i','pos':'k3f9:7','scope':'broadcast','from':'ana','message':'m','title':'t','data':[1],'category':'c','urgency':'high','time':9,'read':false}");
  }

  @Test
  void notificationChanges() {
    assertEntry(
        new Entry.InboxRead(ANA, List.of("a", "b"), null, 3, 0),
        "{'type':'inbox_read','ids':['a','b'],'unread':3,'pos':'k3f9:7'}");
    assertEntry(
        new Entry.InboxRead(ANA, List.of(), "b", 0, 0),
        "{'type':'inbox_read','up_to':'b','unread':0,'pos':'k3f9:7'}");
    assertEntry(
        new Entry.Revocation(ANA, 5, "a", 1, 0),
        "{'type':'notification_revoked','id':'a','unread':1,'pos':'k3f9:7'}");
    assertEntry(
        new Entry.Revocation(ANA, 5, "a", null, 0),
        "{'type':'notification_revoked','id':'a','pos':'k3f9:7'}");
  }

  @Test
  void signals() {
    assertSignal(
        new Entry.Typing(ANA, "A"), "{'type':'typing','room':'r','client':'ana','sender':'A'}");
    assertSignal(
        new Entry.ReadMark(ANA, ROOM, 5), "{'type':'read','room':'r','client':'ana','offset':5}");
    assertSignal(
        new Entry.Presence(ANA, "A", true, 4),
        "{'type':'presence','room':'r','event':'joined','client':'ana','name':'A','count':4}");
    assertSignal(
        new Entry.Presence(ANA, "A", false, 0),
        "{'type':'presence','room':'r','event':'left','client':'ana','name':'A','count':0}");
    assertSignal(
        new Entry.Departure(ANA),
        "{'type':'chat','room':'r','client':'ana','sender':'System','message':'Client"
            + " \\u0027ana\\u0027 has disconnected.','system':true,'time':9}");
  }

  private void assertEntry(Entry entry, String expected) {
    assertThat(JsonTree.read(writer.entry(entry, "r", PLACE, 9, "i"))).isEqualTo(json(expected));
  }

  private void assertSignal(Entry.Signal signal, String expected) {
    assertThat(JsonTree.read(writer.entry(signal, "r", null, 9, ""))).isEqualTo(json(expected));
  }

  /// @param text JSON, with `'` for the quotation mark
  private static Map<String, ?> json(String text) {
    return JsonTree.read(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }
}
