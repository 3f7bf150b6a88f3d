package dev.tertulia.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.ServerStore;
import dev.tertulia.server.testing.TestServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a client finds in a room where little is said and much is amended.
@Tag(ServerStore.PROTOCOL)
final class NewestMessagesTest {
  private static final String CHAT = "{\"type\":\"chat\",\"room\":\"%s\",\"message\":\"m%s\"}";
  private static final String REACT =
      "{\"type\":\"react\",\"room\":\"%s\",\"target\":%s,\"emoji\":\"e%s\"}";

  @TempDir private Path folder;

  private TestServer start() {
    return TestServer.start(
        Map.of(
            Setting.ROOMS,
            "[{name: quick.*, kind: memory}, {name: few.*, entries: 5}]",
            Setting.DATA,
            folder.resolve("data").toString(),
            Setting.LIMITS_MESSAGES_PER_SECOND,
            "0"));
  }

  private static List<Json> joined(Talker talker, String room, int limit) {
    Json joined =
        talker.ask("{\"type\":\"join\",\"room\":\"%s\",\"limit\":%s}".formatted(room, limit));
    assertThat(joined.truth("recovered")).as(joined.text()).isTrue();
    assertThat(joined.truth("more")).isFalse();
    return joined.objects("messages");
  }

  private static void assertNewest(Talker talker, String room) {
    assertThat(joined(talker, room, 50))
        .extracting(Json::type)
        .hasSize(71)
        .startsWith("chat", "chat")
        .filteredOn("chat"::equals)
        .hasSize(11);
    assertThat(joined(talker, room, 2))
        .extracting(Json::type)
        .hasSize(62)
        .filteredOn("chat"::equals)
        .hasSize(2);
    assertThat(joined(talker, room, 1)).hasSize(31);
  }

  /// From memory, and from the disk after a start.
  @Tag(ServerStore.ONLY_SQLITE)
  @Test
  void aJoiningClientGetsTheNewestMessagesDespiteManyReactions() {
    try (TestServer server = start();
        Talker ana = Talker.connect(server, "ana");
        Talker bob = Talker.connect(server, "bob")) {
      for (String room : List.of("lobby", "quick.1")) {
        for (int i = 1; i <= 11; i++) {
          ana.ask(CHAT.formatted(room, i));
        }
        for (int i = 0; i < 60; i++) {
          ana.ask(REACT.formatted(room, 10 + i % 2, i));
        }
        assertNewest(bob, room);
        // It goes on where that ends.
        ana.ask(CHAT.formatted(room, 12));
        assertThat(bob.next().text("message")).isEqualTo("m12");
        ana.ask("{\"type\":\"delete\",\"room\":\"%s\",\"target\":72}".formatted(room));
        assertThat(bob.next().type()).isEqualTo("deleted");
        assertThat(joined(bob, room, 1))
            .singleElement()
            .matches(message -> message.truth("deleted"));
      }
    }
    try (TestServer server = start();
        Talker bob = Talker.connect(server, "bob")) {
      assertThat(joined(bob, "lobby", 3)).hasSize(63);
      assertThat(joined(bob, "quick.1", 3)).isEmpty();
    }
  }

  @Test
  void amendmentsDoNotDisplaceTheirMessage() {
    try (TestServer server = start();
        Talker ana = Talker.connect(server, "ana")) {
      ana.ask(CHAT.formatted("few.1", 1));
      for (int i = 0; i < 6; i++) {
        ana.ask(REACT.formatted("few.1", 1, i));
      }
      ana.ask(CHAT.formatted("quick.line", 1));
      for (int i = 0; i < 1_000; i++) {
        ana.say(
            "{\"type\":\"edit\",\"room\":\"quick.line\",\"target\":1,\"message\":\"now %s\"}"
                .formatted(i));
      }
      Json last =
          ana.ask("{\"type\":\"edit\",\"room\":\"quick.line\",\"target\":1,\"message\":\"last\"}");
      assertThat(last.number("offset")).isEqualTo(1_002);
      assertThat(ana.ask("{\"type\":\"history\",\"room\":\"quick.line\"}").objects("messages"))
          .singleElement()
          .matches(message -> message.text("message").equals("last"));
      assertThat(joined(ana, "quick.line", 50))
          .extracting(Json::type)
          .containsExactly("chat", "edited");
      assertThat(ana.ask("{\"type\":\"history\",\"room\":\"few.1\"}").objects("messages"))
          .singleElement()
          .matches(message -> message.objects("reactions").size() == 6);
      assertThat(joined(ana, "few.1", 50)).hasSize(7);
    }
  }
}
