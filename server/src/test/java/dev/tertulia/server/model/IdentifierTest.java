package dev.tertulia.server.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/// The rule for names.
final class IdentifierTest {
  private static final String ALLOWED =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.:@=+|~";

  @Test
  void everyCharacterIsAcceptedOrRefused() {
    for (int c = 0; c <= Character.MAX_VALUE; c++) {
      String name = "a" + (char) c;
      assertThat(Identifier.isValid(name)).as("%04x", c).isEqualTo(ALLOWED.indexOf(c) >= 0);
    }
  }

  @Test
  void from1To128Characters() {
    assertThat(Identifier.isValid("")).isFalse();
    assertThat(Identifier.isValid("x")).isTrue();
    assertThat(Identifier.isValid("x".repeat(128))).isTrue();
    assertThat(Identifier.isValid("x".repeat(129))).isFalse();
  }

  @Test
  void oneOrTwoDotsAreRefused() {
    assertThat(Identifier.isValid(".")).isFalse();
    assertThat(Identifier.isValid("..")).isFalse();
    assertThat(Identifier.isValid("...")).isTrue();
    assertThat(Identifier.isValid(".a")).isTrue();
  }

  @Test
  void clientIdsAndRoomNamesAreValidated() {
    assertThatThrownBy(() -> new ClientId("a b")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new RoomName("..")).isInstanceOf(IllegalArgumentException.class);
  }
}
