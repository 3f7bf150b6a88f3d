package dev.tertulia.server.config;

import dev.tertulia.server.testing.Fuzzing;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The reader of the configuration file, given what Jazzer makes up while it watches which code it
/// reaches.
@Tag("system")
final class FuzzedConfigTest {
  private static final List<String> BEGINNINGS =
      List.of(
          """
          host: 0.0.0.0
          port: 0
          limits: {burst: 5, frame_bytes: 64KiB}
          heartbeat.timeout: 70s
          """,
          """
          auth:
            mode: token
            issuers:
              - {name: a, secrets: ['01234567890123456789012345678901'], prefix: a.}
              - {name: b, jwks_url: 'https://b.example.org/keys', prefix: b.}
            keys:
              - name: shop
                secret: "7b1e012345678901234567890123456789"
                scopes: [send, notify]
                rooms: [orders.*]
          """,
          """
          rooms:
          - name: team.*
            access: members
            keep: 90d
          - {name: cursor.*, kind: signal}
          """,
          """
          a: &a [*a]
          b: !!str 1
          ? - x
          : |
            text
          """,
          """
          origins: [https://a.example.org]
          hosts: a, b
          auth.anonymous: ['room:*:join']
          """);

  private static final List<String> WORDS =
      List.of(
          "\\x0a",
          ": ",
          "- ",
          "{",
          "}",
          "[",
          "]",
          "|",
          ">",
          "&a",
          "*a",
          "!!",
          "<<",
          "---",
          "\\x09",
          "\\xfe\\xff",
          "auth:",
          "rooms:",
          "limits.",
          "1e9",
          "0x1",
          "99999999999999999999",
          "%");

  @TempDir Path folder;

  private static Fuzzing fuzzing() {
    return Fuzzing.ofTexts(ConfigTarget.class, BEGINNINGS, WORDS);
  }

  @Test
  void aShortWhile() throws Exception {
    fuzzing().runs(folder, 4_000);
  }

  @Test
  @Tag("long")
  @Timeout(value = Fuzzing.MOST_MINUTES, unit = TimeUnit.MINUTES)
  void aLongWhile() throws Exception {
    fuzzing().minutes(folder);
  }
}
