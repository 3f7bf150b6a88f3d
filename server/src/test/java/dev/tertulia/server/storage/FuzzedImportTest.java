package dev.tertulia.server.storage;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.testing.Fuzzing;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// An import, given what Jazzer makes up.
@Tag("system")
final class FuzzedImportTest {
  private static final String HEADER = "{'type':'header','format':'tertulia-export','version':1}\n";

  private static final List<String> BEGINNINGS =
      List.of(
          HEADER
              + topic("room:r", 2)
              + "{'type':'entry','topic':'room:r','term':'t','offset':1,'time':9,'kind':'chat','client':'a','id':'i','body':{'sender':'A','message':'m','data':{'x':[1]}}}\n"
              + "{'type':'entry','topic':'room:r','term':'t','offset':2,'time':9,'kind':'reaction','client':'a','target':1,'body':{'emoji':'e'}}\n"
              + "{'type':'reaction','topic':'room:r','target':1,'emoji':'e','client':'a','offset':2}\n"
              + end(1, 2, 1, 0, 0, 0),
          HEADER
              + topic("inbox:a", 1)
              + "{'type':'entry','topic':'inbox:a','term':'t','offset':1,'time':9,'kind':'notification','client':'b','body':{'scope':'personal','message':'m','title':'t','urgency':'normal','broadcasts':0}}\n"
              + "{'type':'client','client':'a','first':1,'seen':2,'connected':true,'since':0,'floor_broadcasts':0}\n"
              + "{'type':'device','client':'a','device':'d','heard':3,'personal':1,'broadcasts':0}\n"
              + "{'type':'inbox_read','client':'a','broadcast':false,'first':1,'last':1}\n"
              + end(1, 1, 0, 0, 0, 3),
          HEADER
              + topic("room:r", 1)
              + "{'type':'entry','topic':'room:r','term':'t','offset':1,'time':9,'kind':'chat','client':'a','body_text':'{\\'sender\\':\\'\\',\\'message\\':\\'\\'}'}\n"
              + "{'type':'participant','client':'a','topic':'room:r','member':true,'sent':true,'read':1}\n"
              + end(1, 1, 0, 0, 1, 0));

  private static final List<String> WORDS =
      List.of(
          "\\x0a",
          "\\x0d",
          "\\xff",
          "\\\\ud800",
          "\\\\u0000",
          "\\\\n",
          "null",
          "-1",
          "1e9",
          "9223372036854775807",
          "9223372036854775808",
          "\\\"deleted\\\":true,",
          "\\\"reply_to\\\":-3,",
          "\\\"target\\\":1,",
          "\\\"kind\\\":\\\"notification\\\"",
          "\\\"kind\\\":\\\"edit\\\"",
          "\\\"kind\\\":\\\"deletion\\\"",
          "\\\"kind\\\":\\\"revocation\\\"",
          "broadcasts",
          "~lost");

  @TempDir Path folder;

  private static String topic(String name, int head) {
    return "{'type':'topic','topic':'%s','head':%s,'floor':0,'floor_term':'0','time':9}\n"
        .formatted(name, head);
  }

  private static String end(int... counts) {
    return "{'type':'end','topics':%s,'entries':%s,'reactions':%s,'requests':%s,'participants':%s,'told':%s}\n"
        .formatted(counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]);
  }

  private static Fuzzing fuzzing() {
    return new Fuzzing(
        ImportTarget.class,
        BEGINNINGS.stream()
            .map(text -> text.replace('\'', '"').getBytes(StandardCharsets.UTF_8))
            .toList(),
        WORDS);
  }

  @Test
  void theSeedInputsOfTheFuzzerAreImported() throws Exception {
    for (byte[] beginning : fuzzing().beginnings()) {
      ImportTarget.importAll(beginning);
    }
  }

  /// Found by the fuzzer: the reader of JSON took such bytes for UTF-16.
  @Test
  void bytesThatLookLikeUtf16AreAnInvalidLine() {
    byte[] line = "{\0\"\0t\0\"\0:\0{\0}\0}\0".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> ImportTarget.importAll(line))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("line 1: it is not");
  }

  @Test
  void aShortWhile() throws Exception {
    fuzzing().runs(folder, 5_000);
  }

  @Test
  @Tag("long")
  @Timeout(value = Fuzzing.MOST_MINUTES, unit = TimeUnit.MINUTES)
  void aLongWhile() throws Exception {
    fuzzing().minutes(folder);
  }
}
