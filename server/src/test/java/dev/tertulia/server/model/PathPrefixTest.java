package dev.tertulia.server.model;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PathPrefixTest {
  @ParameterizedTest
  @ValueSource(strings = {"/chat", "/a/b", "/a.b", "/~ana/chat-1_x", "/..a", "/a..b"})
  void aPathIsAPrefix(String text) {
    assertThat(requireNonNull(PathPrefix.parse(text)).text()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "/", "chat", "/chat/", "//chat", "/a//b", "/..", "/.", "/a/..", "/a/./b", "/../a",
        "/a/...", "/ch%61t", "/a b", "/a;b", "/a?b", "/a#b", "/añ", "/a\r\nb", "/a\\b", "/a\n"
      })
  void anythingElseIsNot(String text) {
    assertThat(PathPrefix.parse(text)).isNull();
  }

  @Test
  void itHasABound() {
    String longest = "/" + "a".repeat(PathPrefix.MAX_LENGTH - 1);
    assertThat(PathPrefix.parse(longest)).isNotNull();
    assertThat(PathPrefix.parse(longest + "a")).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "/chat/ws/ana, /ws/ana",
    "/chat/, /",
    "/chat, /",
    "/ws/ana, /ws/ana",
    "/, /",
    "/chatter/ws, /chatter/ws",
    "/chat/chat/ws, /chat/ws",
    "/chat//ws, //ws",
    "/CHAT/ws, /CHAT/ws",
  })
  void itIsRemovedOnce(String path, String rest) {
    assertThat(new PathPrefix("/chat").strip(path)).isEqualTo(rest);
    assertThat(PathPrefix.NONE.strip(path)).isEqualTo(path);
  }

  @Test
  void aPathIsBareWithoutTheSlashOnly() {
    PathPrefix prefix = new PathPrefix("/chat");
    assertThat(prefix.isBare("/chat")).isTrue();
    assertThat(prefix.isBare("/chat/")).isFalse();
    assertThat(prefix.isBare("/")).isFalse();
    assertThat(PathPrefix.NONE.isBare("")).isFalse();
    assertThat(prefix.page()).isEqualTo("/chat/");
    assertThat(PathPrefix.NONE.page()).isEqualTo("/");
  }
}
