package dev.tertulia.server.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PostgresAddressTest {
  @Test
  void everyPartIsRead() {
    assertThat(PostgresAddress.of("postgresql://ana@db.example/chat", "secret"))
        .isEqualTo(
            new PostgresAddress(
                "ana",
                List.of(new PostgresAddress.Host("db.example", 5432)),
                "chat",
                Map.of(),
                "secret"));
    PostgresAddress full =
        PostgresAddress.of("postgresql://a%40b@[::1]:7/c+d%2Fe?sslmode=require", null);
    assertThat(full.user()).isEqualTo("a@b");
    assertThat(full.hosts()).containsExactly(new PostgresAddress.Host("[::1]", 7));
    assertThat(full.database()).isEqualTo("c+d/e");
    assertThat(full.parameters()).isEqualTo(Map.of("sslmode", "require"));
    assertThat(full.isLocal()).isTrue();
  }

  @Test
  void itMayHaveSeveralHosts() {
    PostgresAddress several = PostgresAddress.of("postgresql://ana:pw@a.example,b:7,[::1]/c", null);
    assertThat(several.hosts())
        .containsExactly(
            new PostgresAddress.Host("a.example", 5432),
            new PostgresAddress.Host("b", 7),
            new PostgresAddress.Host("[::1]", 5432));
    assertThat(several.password()).isEqualTo("pw");
    assertThat(several.isLocal()).isFalse();
    assertThat(several.toString()).isEqualTo("c on a.example:5432, b:7, [::1]:5432");
  }

  @Test
  void thePasswordIsNotShown() {
    assertThat(PostgresAddress.of("postgresql://ana@db.example/chat", "secret").toString())
        .isEqualTo("chat on db.example:5432");
    PostgresAddress inside = PostgresAddress.of("postgresql://ana:se%3Acret@db.example/chat", null);
    assertThat(inside.password()).isEqualTo("se:cret");
    assertThat(inside.user()).isEqualTo("ana");
    assertThat(inside.toString()).isEqualTo("chat on db.example:5432");
    assertThatThrownBy(
            () -> PostgresAddress.of("postgresql://ana:secret@db.example/chat", "another"))
        .hasMessageContaining("password")
        .hasMessageNotContaining("secret");
    assertThatThrownBy(() -> PostgresAddress.of("postgresql://ana:se cret@db.example/chat", null))
        .hasMessageNotContaining("cret");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "mysql://ana@db/chat; must begin",
        "postgresql://db/chat; user or the host is missing",
        "postgresql://:secret@db/chat; user or the host is missing",
        "postgresql://ana@/chat; user or the host is missing",
        "postgresql://ana@a,/chat; host is not valid",
        "postgresql://ana@a,b:x/chat; host is not valid",
        "postgresql://ana@1,2,3,4,5,6,7,8,9/chat; more than 8 hosts",
        "postgresql://ana@db; database is missing",
        "postgresql://ana@db/; database is missing",
        "postgresql://ana@db/a/b; database is missing",
        "postgresql://ana@db/chat?sslmode=maybe; 'sslmode' must be",
        "postgresql://ana@db/chat?options=-c; there may only be",
        "postgresql://ana@db/chat?; there may only be",
        "postgresql://ana@db/chat?sslmode=require&sslmode=require; twice",
        "postgresql://a%zz@db/chat; not an address"
      })
  void anythingElseIsRefusedByName(String address, String reason) {
    assertThatThrownBy(() -> PostgresAddress.of(address, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }
}
