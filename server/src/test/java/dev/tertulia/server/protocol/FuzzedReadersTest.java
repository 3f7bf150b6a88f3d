package dev.tertulia.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.Seeded;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Both readers, given what Jazzer makes up while it watches which code it reaches. The same seed
/// makes up the same.
final class FuzzedReadersTest {
  private static final long PATIENCE_MINUTES = 20;

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

  @Test
  void aShortWhile() throws Exception {
    fuzz(20_000);
  }

  @Test
  @Tag("long")
  void aLongWhile() throws Exception {
    fuzz(3_000_000);
  }

  private void fuzz(int runs) throws IOException, InterruptedException {
    Seeded seeded = Seeded.print();
    Path corpus = Files.createDirectory(folder.resolve("corpus"));
    for (int i = 0; i < BEGINNINGS.size(); i++) {
      Files.writeString(corpus.resolve("beginning" + i), BEGINNINGS.get(i).replace('\'', '"'));
    }
    Path words = folder.resolve("words");
    Files.write(words, WORDS.stream().map(word -> '"' + word + '"').toList());
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+EnableDynamicAgentLoading",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + ReadersTarget.class.getName(),
                "--instrumentation_includes=dev.tertulia.**:tools.jackson.**",
                "--reproducer_path=" + folder,
                "-artifact_prefix=" + folder + "/",
                "-seed=" + (int) (seeded.random().nextLong() >>> 33),
                "-runs=" + runs,
                "-max_len=512",
                "-dict=" + words,
                corpus.toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES);
    process.destroyForcibly();
    String said = Files.readString(output, StandardCharsets.ISO_8859_1);
    assertThat(ended).as("the fuzzer ended").isTrue();
    assertThat(process.exitValue()).as("%s%n%s", seeded, said).isZero();
    assertThat(said).contains("Done " + runs + " runs");
  }
}
