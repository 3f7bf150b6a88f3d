package dev.tertulia.server.auth.token;

import dev.tertulia.server.testing.Fuzzing;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The verifier of tokens, given what Jazzer makes up while it watches which code it reaches.
@Tag("system")
final class FuzzedTokensTest {
  private static final List<String> BEGINNINGS =
      List.of(
          TokensTarget.VALID,
          "{'sub':'ana','exp':1767229200}",
          "{'sub':'ana','exp':1767229200.5,'nbf':0,'iat':1767225600,'jti':'x','aud':['a','b']}",
          "{'sub':'ana','exp':1e10,'name':'Ana','can':['room:*:join','broadcast'],'groups':'a b'}",
          "{'sub':'~api','exp':1767229200}",
          "{'sub':'','exp':1767229200}",
          "{'sub':'ana','exp':1767225000}",
          "{'sub':'ana','exp':null}",
          "{'iss':'x','sub':12345678901234567890,'exp':null,'can':{'a':[{}]}}",
          "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbmEiLCJleHAiOjE3NjcyMjkyMDB9.");

  private static final List<String> WORDS =
      List.of(
          "eyJhbGciOiJub25lIn0",
          "eyJhbGciOiJIUzI1NiJ9",
          ".",
          "=",
          "'exp':",
          "'sub':",
          "'sub':'~api'",
          "'aud':",
          "'crit':",
          "null",
          "1e309",
          "-0",
          "253402300800",
          "\\\\u0000",
          "\\\\ud800",
          "\\xff");

  @TempDir Path folder;

  private static Fuzzing fuzzing() {
    return Fuzzing.ofTexts(TokensTarget.class, BEGINNINGS, WORDS);
  }

  @Test
  void aShortWhile() throws Exception {
    fuzzing().runs(folder, 10_000);
  }

  @Test
  @Tag("long")
  @Timeout(value = Fuzzing.MOST_MINUTES, unit = TimeUnit.MINUTES)
  void aLongWhile() throws Exception {
    fuzzing().minutes(folder);
  }
}
