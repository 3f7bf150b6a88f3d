package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.auth.NamePattern;
import dev.tertulia.server.config.Config;
import dev.tertulia.server.config.RoomRule;
import dev.tertulia.server.config.RoomRules;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.storage.Durability;
import dev.tertulia.server.topic.TopicName;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RoomPoliciesTest {
  private final RoomPolicies policies =
      new RoomPolicies(
          new RoomRules(
              List.of(
                  rule("team-*", RoomRule.Kind.DURABLE, RoomRule.Access.MEMBERS),
                  rule("cursor-*", RoomRule.Kind.SIGNAL, RoomRule.Access.PUBLIC))),
          100,
          new Config.Inboxes(Duration.ZERO, 0, Duration.ZERO, Duration.ZERO));

  private static RoomRule rule(String pattern, RoomRule.Kind kind, RoomRule.Access access) {
    return new RoomRule(new NamePattern(pattern), kind, access, null, 0, 0, 0, true, List.of());
  }

  @Test
  void repeatedLookupsReturnTheSameRule() {
    for (int i = 0; i < 3; i++) {
      assertThat(policies.isForMembers(new RoomName("team-a"))).isTrue();
      assertThat(policies.isForMembers(new RoomName("cursor-a"))).isFalse();
      assertThat(policies.keeping(TopicName.room(new RoomName("cursor-a"))))
          .isEqualTo(Durability.SIGNAL);
      assertThat(policies.keeping(TopicName.room(new RoomName("lobby"))))
          .isEqualTo(Durability.DURABLE);
    }
    assertThat(policies.remembered()).isEqualTo(3);
  }

  @Test
  void theNumberOfRememberedRoomsIsBounded() {
    for (int i = 0; i < 3 * RoomPolicies.MOST_REMEMBERED; i++) {
      policies.isForMembers(new RoomName("invented-" + i));
      assertThat(policies.remembered()).isLessThanOrEqualTo(RoomPolicies.MOST_REMEMBERED);
    }
    assertThat(policies.isForMembers(new RoomName("team-a"))).isTrue();
  }
}
