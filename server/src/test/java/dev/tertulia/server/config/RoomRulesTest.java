package dev.tertulia.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.auth.NamePattern;
import dev.tertulia.server.config.RoomRule.Access;
import dev.tertulia.server.config.RoomRule.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RoomRulesTest {
  private static RoomRules rules(String yaml) {
    return Config.from(Settings.fromEnvironment(Map.of("TERTULIA_ROOMS", yaml))).rooms();
  }

  @Test
  void aRoomWithoutARuleIsDurableAndPublicAndKeepsEverything() {
    RoomRule rule = rules("").of("lobby");
    assertThat(rule)
        .isEqualTo(
            new RoomRule(
                new NamePattern("*"), Kind.DURABLE, Access.PUBLIC, null, 0, 0, 0, true, List.of()));
  }

  @Test
  void everyOptionOfARuleIsParsed() {
    RoomRule rule =
        rules(
                """
                - name: team.*
                  kind: durable
                  access: members
                  keep: 90d
                  entries: 1000
                  bytes: 1GiB
                  clients: 500
                  departures: false
                  moderators: [ana, staff-*]
                """)
            .of("team.blue");
    assertThat(rule)
        .isEqualTo(
            new RoomRule(
                new NamePattern("team.*"),
                Kind.DURABLE,
                Access.MEMBERS,
                Duration.ofDays(90),
                1000,
                1L << 30,
                500,
                false,
                List.of(new NamePattern("ana"), new NamePattern("staff-*"))));
    assertThat(rule.isModerator("staff-7")).isTrue();
    assertThat(rule.isModerator("eva")).isFalse();
  }

  @Test
  void theFirstMatchingRuleApplies() {
    RoomRules rules =
        rules(
            """
            [{name: game.chess}, {name: game.*, kind: signal},
             {name: '*', kind: memory, access: direct}]
            """);
    assertThat(rules.of("game.chess").kind()).isEqualTo(Kind.DURABLE);
    assertThat(rules.of("game.go").kind()).isEqualTo(Kind.SIGNAL);
    assertThat(rules.of("elsewhere").access()).isEqualTo(Access.DIRECT);
  }

  @Test
  void aMemoryRoomKeepsAThousandEntriesByDefault() {
    assertThat(rules("[{name: a, kind: memory}]").of("a").entries()).isEqualTo(1000);
    assertThat(rules("[{name: a, kind: memory, entries: 7}]").of("a").entries()).isEqualTo(7);
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
    assertThat(new NamePattern(pattern).matches(room)).isEqualTo(matches);
  }

  @Test
  void patternsMatchLikeRegularExpressions() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      String pattern = letters(random, "ab*", 1 + random.nextInt(6));
      String room = letters(random, "ab", 1 + random.nextInt(8));
      assertThat(new NamePattern(pattern).matches(room))
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
  @CsvSource(
      delimiter = '|',
      value = {
        "team.*                              | must be a mapping with the fields name",
        "{kind: signal}                      | must have a 'name'",
        "{name: té}                          | rooms.name (TERTULIA_ROOMS:1:21) is 'té'",
        "{name: a, kind: loud}               | is 'loud', but must be one of durable",
        "{name: a, access: all}              | must be one of public, members, direct",
        "{name: a, keep: 0s}                 | a duration above zero",
        "{name: a, keep: soon}               | a duration such as",
        "{name: a, entries: 0}               | a whole number from 1",
        "{name: a, entries: x}               | a whole number from 1",
        "{name: a, bytes: 1TB}               | a size from 1",
        "{name: a, clients: -1}              | a whole number from 1",
        "{name: a, departures: maybe}        | true or false",
        "{name: a, moderators: [té]}         | a name in which *",
        "{name: a, kind: signal, entries: 5} | store nothing",
        "{name: a, acess: members}           | unknown field 'acess' in rooms; did you mean"
            + " access?",
        "[a]                                 | must be a mapping",
      })
  void anInvalidRuleIsReportedByName(String rule, String expected) {
    assertThatThrownBy(() -> rules("[{name: ok}, " + rule + "]"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("TERTULIA_ROOMS:1:")
        .hasMessageContaining(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"team.*: members", "team.*", "{name: a}"})
  void whatIsNotAListIsRefused(String text) {
    assertThatThrownBy(() -> rules(text))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("rooms (TERTULIA_ROOMS");
  }
}
