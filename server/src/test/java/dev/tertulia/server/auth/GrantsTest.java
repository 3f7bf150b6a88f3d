package dev.tertulia.server.auth;

import static dev.tertulia.server.auth.Grants.InRoom.BY_NAME;
import static dev.tertulia.server.auth.Grants.InRoom.BY_PATTERN;
import static dev.tertulia.server.auth.Grants.InRoom.NONE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.RoomName;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the entries of `can` permit.
final class GrantsTest {
  private static Grants of(String... entries) {
    return Grants.parse(List.of(entries));
  }

  @ParameterizedTest
  @CsvSource({
    "a_*,a_b,true",
    "a_*,a_,true",
    "a_*,ab1,false",
    "a.c,a.c,true",
    "a.c,abc,false",
    "*,x,true",
    "team.*,team.red,true",
    "team.*,team,false",
    "team.*,Team.red,false",
    "*.red,team.red,true",
    "*.red,team.redder,false",
    "a*c*e,abcde,true",
    "a*c*e,ace,true",
    "a*c*e,aec,false",
    "a**b,ab,true",
    "a*a,a,false",
    "*aab,aaab,true",
    "direct:*:ana,direct:leo:ana,true",
    "a+,aa,false",
    "a|b,a,false",
  })
  void onlyAStarIsSpecial(String pattern, String name, boolean matches) {
    assertThat(new NamePattern(pattern).matches(name)).isEqualTo(matches);
  }

  /// All patterns and names of up to five characters over a small alphabet, compared with a regular
  /// expression.
  @Test
  void matchesAsARegularExpressionWould() {
    List<String> names = words("ab.", 4);
    for (String text : words("a.*", 5)) {
      Pattern expected =
          Pattern.compile(
              text.chars()
                  .mapToObj(c -> c == '*' ? ".*" : Pattern.quote(Character.toString(c)))
                  .collect(Collectors.joining()));
      NamePattern pattern = new NamePattern(text);
      for (String name : names) {
        assertThat(pattern.matches(name))
            .as(text + " on " + name)
            .isEqualTo(expected.matcher(name).matches());
      }
    }
  }

  private static List<String> words(String alphabet, int longest) {
    List<String> words = new ArrayList<>();
    List<String> last = List.of("");
    for (int length = 1; length <= longest; length++) {
      last =
          last.stream()
              .flatMap(word -> alphabet.chars().mapToObj(c -> word + (char) c))
              .collect(Collectors.toList());
      words.addAll(last);
    }
    return words;
  }

  @Test
  void eachActionInARoomIsPermittedByItself() {
    Grants can = of("room:team.*:join", "room:team.red:send", "room:plaza:moderate");

    assertThat(can.inRoom(new RoomName("team.red"), Action.InRoom.JOIN)).isEqualTo(BY_PATTERN);
    assertThat(can.inRoom(new RoomName("team.red"), Action.InRoom.SEND)).isEqualTo(BY_NAME);
    assertThat(can.inRoom(new RoomName("team.blue"), Action.InRoom.JOIN)).isEqualTo(BY_PATTERN);
    assertThat(can.inRoom(new RoomName("team.blue"), Action.InRoom.SEND)).isEqualTo(NONE);
    assertThat(can.inRoom(new RoomName("team.red"), Action.InRoom.MODERATE)).isEqualTo(NONE);
    assertThat(can.inRoom(new RoomName("plaza"), Action.InRoom.MODERATE)).isEqualTo(BY_NAME);
    assertThat(can.inRoom(new RoomName("plaza"), Action.InRoom.JOIN)).isEqualTo(NONE);
    assertThat(can.inRoom(new RoomName("plaza"), Action.InRoom.SEND)).isEqualTo(NONE);
  }

  @Test
  void theActionFollowsTheLastColonAsNamesMayContainSome() {
    Grants can = of("room:a:join:send");

    assertThat(can.inRoom(new RoomName("a:join"), Action.InRoom.SEND)).isEqualTo(BY_NAME);
    assertThat(can.inRoom(new RoomName("a"), Action.InRoom.JOIN)).isEqualTo(NONE);
  }

  @Test
  void notificationsAndBroadcastsHavePermissionsOfTheirOwn() {
    Grants can = of("notify:support_*");

    assertThat(can.mayNotify(new ClientId("support_1"))).isTrue();
    assertThat(can.mayNotify(new ClientId("supportx1"))).isFalse();
    assertThat(can.mayBroadcast()).isFalse();
    assertThat(of("broadcast").mayBroadcast()).isTrue();
    assertThat(of("broadcast").mayNotify(new ClientId("ana"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*",
        "room",
        "room:",
        "room::join",
        "room:join",
        "room:a",
        "room:a:",
        "room:a:*",
        "room:a:JOIN",
        "room:a:read",
        "room:a:mark",
        "room:a:amend",
        "room:a:join ",
        "room:a b:join",
        "room:a/b:join",
        "room:á:join",
        "notify:",
        "notify:a?",
        "broadcast:*",
        "Broadcast",
        "openid"
      })
  void whatIsNotAPermissionPermitsNothing(String entry) {
    assertThat(Permission.parse(entry)).isNull();
    assertThat(of(entry)).isEqualTo(Grants.NONE);
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsPermittedByAnEmptyList(Action.InRoom action) {
    assertThat(Grants.NONE.inRoom(RoomName.LOBBY, action)).isEqualTo(NONE);
    assertThat(Grants.NONE.mayNotify(new ClientId("ana"))).isFalse();
    assertThat(Grants.NONE.mayBroadcast()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"room:a:b*:moderate", "notify:*", "broadcast"})
  void aPermissionIsWrittenAsItIsRead(String entry) {
    assertThat(Permission.parse(entry)).hasToString(entry);
  }

  @Test
  void aPatternHasABound() {
    assertThat(NamePattern.parse("*".repeat(NamePattern.MAX_LENGTH))).isNotNull();
    assertThat(NamePattern.parse("*".repeat(NamePattern.MAX_LENGTH + 1))).isNull();
    assertThatThrownBy(() -> new NamePattern("")).isInstanceOf(IllegalArgumentException.class);
  }
}
