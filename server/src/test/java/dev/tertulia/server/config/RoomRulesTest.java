package dev.tertulia.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.config.RoomRule.Access;
import dev.tertulia.server.config.RoomRule.Kind;
import java.time.Duration;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RoomRulesTest {
  @Test
  void aRoomWithoutARuleIsDurableAndPublicAndKeepsEverything() {
    RoomRule rule = RoomRules.parse("").of("lobby");
    assertThat(rule).isEqualTo(new RoomRule("*", Kind.DURABLE, Access.PUBLIC, null, 0, 0, 0, true));
  }

  @Test
  void everyOptionOfARuleIsParsed() {
    RoomRule rule =
        RoomRules.parse(
                "team.*: durable members keep=90d entries=1000 bytes=1GiB clients=500"
                    + " departures=off")
            .of("team.blue");
    assertThat(rule)
        .isEqualTo(
            new RoomRule(
                "team.*",
                Kind.DURABLE,
                Access.MEMBERS,
                Duration.ofDays(90),
                1000,
                1L << 30,
                500,
                false));
  }

  @Test
  void theFirstMatchingRuleApplies() {
    RoomRules rules = RoomRules.parse("game.chess: durable; game.*: signal;*: memory direct");
    assertThat(rules.of("game.chess").kind()).isEqualTo(Kind.DURABLE);
    assertThat(rules.of("game.go").kind()).isEqualTo(Kind.SIGNAL);
    assertThat(rules.of("elsewhere").access()).isEqualTo(Access.DIRECT);
  }

  @Test
  void aMemoryRoomKeepsAThousandEntriesByDefault() {
    assertThat(RoomRules.parse("a: memory").of("a").entries()).isEqualTo(1000);
    assertThat(RoomRules.parse("a: memory entries=7").of("a").entries()).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource({
    "team.*, team., true",
    "team.*, team, false",
    "*.log, a.b.log, true",
    "a*b*c, abbbc, true",
    "a*b*c, acb, false",
    "a.b, axb, false",
    "**, x, true",
  })
  void aStarMatchesAnyCharacters(String pattern, String room, boolean matches) {
    assertThat(RoomRule.parse(pattern + ": durable").matches(room)).isEqualTo(matches);
  }

  @Test
  void patternsMatchLikeRegularExpressions() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      String pattern = letters(random, "ab*", 1 + random.nextInt(6));
      String room = letters(random, "ab", 1 + random.nextInt(8));
      assertThat(RoomRule.parse(pattern + ": durable").matches(room))
          .as("seed %s: %s on %s", seed, pattern, room)
          .isEqualTo(Pattern.matches(pattern.replace("*", ".*"), room));
    }
  }

  private static String letters(Random random, String alphabet, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "team.*",
        "team.*:signal",
        "té: signal",
        "a b: signal",
        "a: loud",
        "a: keep=0s",
        "a: keep=soon",
        "a: entries=0",
        "a: entries=x",
        "a: bytes=1TB",
        "a: clients=-1",
        "a: departures=maybe",
        "a: signal entries=5",
        "a: ",
      })
  void anInvalidRuleIsReportedByName(String text) {
    assertThatThrownBy(() -> RoomRules.parse("ok: durable; " + text))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("TERTULIA_ROOMS_RULES")
        .hasMessageContaining(text.strip());
  }
}
