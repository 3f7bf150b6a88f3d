package dev.tertulia.server.protocol.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.testing.Seeded;
import dev.tertulia.server.topic.InboxPosition;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// The output of streams, composed of shared parts and parts of each stream.
final class EventIdsTest {
  private static final TopicName INBOX = TopicName.inbox(new ClientId("ana"));

  private final StreamFormat format = new StreamFormat(0, Language.EN);
  private final StringBuilder left = new StringBuilder();

  private void take(ByteBuf bytes) {
    left.append(bytes.toString(StandardCharsets.UTF_8));
    bytes.release();
  }

  private static TopicName room(String name) {
    return TopicName.room(new RoomName(name));
  }

  private static byte[] json(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /// Topics move at random, and what is sent arrives in pieces: each event has the positions in all
  /// of them, as they are then.
  @Test
  void everyIdHasThePositionsOfAllTopics() {
    RandomGenerator random = Seeded.print().random();
    List<TopicName> rooms = List.of(room("a"), room("a+b"), room("b"), room("~c"));
    Map<String, String> now = new TreeMap<>(Map.of("old", "k:7", "*broadcasts", "k:3"));
    EventIds ids =
        new EventIds(new EventId(Map.of("old", position(7), "*broadcasts", position(3))));
    ByteBuf events = Unpooled.buffer();
    List<String> expected = new ArrayList<>();
    for (int i = 1; i <= 500; i++) {
      byte[] data = json("{\"n\":" + "9".repeat(random.nextInt(40)) + i + "}");
      ByteBuf event;
      switch (random.nextInt(8)) {
        case 0 -> event = format.frame(data);
        case 1 -> {
          now.put("*inbox", "k:" + i);
          now.put("*broadcasts", "k:" + (i + 1));
          String pos = new InboxPosition(position(i), position(i + 1)).toString();
          event = format.frame(data, INBOX, pos);
        }
        case 2 -> {
          now.put("*inbox", "k:" + i);
          event = format.frame(data, INBOX, new InboxPosition(position(i), null).toString());
        }
        default -> {
          TopicName topic = rooms.get(random.nextInt(1 + random.nextInt(rooms.size())));
          now.put(topic.name(), "k:" + i);
          event = format.frame(data, topic, "k:" + i);
        }
      }
      boolean signal = event.toString(StandardCharsets.UTF_8).endsWith("\n\n");
      expected.add(
          "data: "
              + new String(data, StandardCharsets.UTF_8)
              + (signal ? "" : "\nid: " + ids(now)));
      events.writeBytes(event);
      event.release();
    }
    while (events.isReadable()) {
      int most = random.nextInt(4) == 0 ? events.readableBytes() : 1 + random.nextInt(30);
      ids.pass(events.readRetainedSlice(Math.min(most, events.readableBytes())), this::take);
      assertThat(ids.isAtBoundary()).isEqualTo(left.isEmpty() || left.toString().endsWith("\n\n"));
    }
    events.release();
    ids.end();
    List<String> sent = new ArrayList<>();
    for (String event : left.toString().split("\n\n", -1)) {
      int id = event.indexOf("\nid: ");
      sent.add(
          id < 0
              ? event
              : event.substring(0, id + 5)
                  + String.join(
                      ",", new TreeSet<>(List.of(event.substring(id + 5).split(",", -1)))));
    }
    expected.add("");
    assertThat(sent).isEqualTo(expected);
  }

  /// What an import or an older version has stored may have line ends between the tokens.
  @Test
  void aLineBreakInJsonDoesNotEndALine() {
    EventIds ids = new EventIds(EventId.NONE);
    Entry.Kept chat =
        new Entry.Chat(
            new ClientId("ana"), "Ana", "m", null, "{\"a\":\r\n\n1,\n\"id: \":\"x\"}", false);
    ByteBuf event = format.encode(Publication.kept(room("r"), position(1), 0, "i", chat));
    ids.pass(event, this::take);
    ids.pass(format.frame(json("{\n}\r")), this::take);
    ids.end();
    assertThat(left.toString().split("\n", -1))
        .satisfiesExactly(
            data -> assertThat(data).startsWith("data: {").contains("{\"a\":   1, \"id: \":\"x\"}"),
            id -> assertThat(id).isEqualTo("id: r/k:1"),
            end -> assertThat(end).isEmpty(),
            data -> assertThat(data).isEqualTo("data: { } "),
            end -> assertThat(end).isEmpty(),
            rest -> assertThat(rest).isEmpty());
  }

  @Test
  void noEventIsPassedOnAfterTheEnd() {
    EventIds ids = new EventIds(EventId.NONE);
    ids.pass(format.frame(json("{}"), room("r"), "k:1"), this::take);
    ids.end();
    int before = left.length();
    ids.pass(format.frame(json("{}"), room("r"), "k:2"), this::take);
    ids.end();
    assertThat(left).hasSize(before);
  }

  private static String ids(Map<String, String> positions) {
    TreeSet<String> parts = new TreeSet<>();
    positions.forEach((key, position) -> parts.add(key + "/" + position));
    return String.join(",", parts);
  }

  private static Position position(long offset) {
    return new Position(Long.parseLong("k", 36), offset);
  }
}
