package dev.tertulia.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.protocol.RawText;
import dev.tertulia.server.testing.Seeded;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/// Which paths have the form of a template, and what stands in them for its names.
final class PathTemplateTest {
  private static final List<String> SEGMENTS =
      List.of("", "a", "ab", "b", "%61", "%C3%B1", "a+b", "**", "{x}");

  private static @Nullable Map<String, String> match(String template, String path) {
    return new PathTemplate(template).match(path);
  }

  @Test
  void aLiteralMatchesItsExactSpellingOnly() {
    assertThat(match("/api/v1/rooms", "/api/v1/rooms")).isEmpty();
    assertThat(match("/api/v1/rooms", "/api/v1/room")).isNull();
    assertThat(match("/api/v1/rooms", "/api/v1/roomss")).isNull();
    assertThat(match("/api/v1/rooms", "/api/v1/rooms/")).isNull();
    assertThat(match("/api/v1/rooms", "/api/v1/%72ooms")).isNull();
    assertThat(match("/", "/")).isEmpty();
    assertThat(match("/", "//")).isNull();
  }

  @Test
  void aNameMatchesOneSegment() {
    assertThat(match("/rooms/{room}/members/{client}", "/rooms/a%2Fb/members/%C3%B1"))
        .containsExactly(Map.entry("room", "a/b"), Map.entry("client", "ñ"));
    assertThat(match("/rooms/{room}", "/rooms/")).containsExactly(Map.entry("room", ""));
    assertThat(match("/rooms/{room}", "/rooms")).isNull();
    assertThat(match("/rooms/{room}", "/rooms/a/b")).isNull();
    assertThat(match("/rooms/{room}", "/rooms/%C3")).as("not UTF-8").isNull();
  }

  @Test
  void theRestMatchesOneOrMoreSegments() {
    assertThat(match("/static/**", "/static/")).isEmpty();
    assertThat(match("/static/**", "/static/js/app.js")).isEmpty();
    assertThat(match("/static/**", "/static")).isNull();
    assertThat(match("/static/**", "/statics/a")).isNull();
  }

  @RepeatedTest(20)
  void anyPathIsMatchedSegmentBySegment() {
    Seeded seeded = Seeded.print();
    RandomGenerator random = seeded.random();
    for (int i = 0; i < 2_000; i++) {
      String template = path(random) + (random.nextInt(4) == 0 ? "/**" : "");
      String path = path(random);
      assertThat(match(template, path))
          .as("%s, %s, %s", template, path, seeded)
          .isEqualTo(bySegment(template, path));
    }
  }

  private static String path(RandomGenerator random) {
    StringBuilder path = new StringBuilder();
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      path.append('/').append(SEGMENTS.get(random.nextInt(SEGMENTS.size())));
    }
    return path.toString();
  }

  /// The definition, plainly.
  private static @Nullable Map<String, String> bySegment(String template, String path) {
    List<String> wanted = List.of(template.substring(1).split("/", -1));
    List<String> given = List.of(path.substring(1).split("/", -1));
    boolean open = wanted.getLast().equals("**");
    if (open ? given.size() < wanted.size() : given.size() != wanted.size()) {
      return null;
    }
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < (open ? wanted.size() - 1 : wanted.size()); i++) {
      String segment = wanted.get(i);
      if (segment.startsWith("{")) {
        String value = RawText.decode(given.get(i));
        if (value == null) {
          return null;
        }
        values.put(segment.substring(1, segment.length() - 1), value);
      } else if (!segment.equals(given.get(i))) {
        return null;
      }
    }
    return values;
  }
}
