package dev.tertulia.server.protocol;

import dev.tertulia.server.testing.Fuzzing;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Both readers, given what Jazzer makes up while it watches which code it reaches. The same seed
/// makes up the same.
@Tag("system")
final class FuzzedReadersTest {
  private static final List<String> BEGINNINGS =
      List.of(
          "{'type':'hello','ref':'a','device':'d','rooms':{'lobby':'t:1','r':null}}",
          "{'type':'chat','room':'r','message':'\\ud83d\\ude00','data':{'a':[1,-2.5e3,null]},'reply_to':1,'id':'i','ref':1}",
          "{'type':'react','room':'r','target':3,'emoji':'é','remove':true,'ref':-1}",
          "{'type':'history','room':'r','before':9,'limit':50}",
          "{'type':'join','room':'r','after':'t:1','limit':200,'x':[[{}]]}");

  /// What is worth putting in somewhere, as libFuzzer's dictionaries write it.
  private static final List<String> WORDS =
      List.of(
          "\\x0a",
          "\\x0d",
          "\\xff",
          "\\\\ud800",
          "\\\\udc00",
          "\\\\u0000",
          "null",
          "true",
          "-1",
          "1e9",
          "\\\"\\\"",
          "[]",
          "{}",
          ",",
          "\\\"ref\\\":1,",
          "\\\"ref\\\":{},",
          "\\\"data\\\":",
          "\\\"type\\\":\\\"chat\\\",",
          "9223372036854775808");

  @TempDir Path folder;

  private static Fuzzing fuzzing() {
    return Fuzzing.ofTexts(
        ReadersTarget.class,
        BEGINNINGS.stream().map(text -> text.replace('\'', '"')).toList(),
        WORDS);
  }

  @Test
  void aShortWhile() throws Exception {
    fuzzing().runs(folder, 20_000);
  }

  @Test
  @Tag("long")
  @Timeout(value = Fuzzing.MOST_MINUTES, unit = TimeUnit.MINUTES)
  void aLongWhile() throws Exception {
    fuzzing().minutes(folder);
  }
}
