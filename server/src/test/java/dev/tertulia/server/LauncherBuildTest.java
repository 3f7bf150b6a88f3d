package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.TestServer;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// When the launcher builds and when it makes a new quick start, in a project of a few empty files
/// whose Maven and JDK are scripts that note how they are called.
final class LauncherBuildTest {
  private static final Path LAUNCHER = Path.of("..", "tertulia").toAbsolutePath().normalize();

  @TempDir private Path project;

  /// What became of a run of the launcher.
  private record Ended(int exit, String out, String err) {}

  @BeforeEach
  void layOut() throws IOException {
    Files.copy(LAUNCHER, project.resolve("tertulia"));
    write("pom.xml", "");
    write("server/pom.xml", "");
    write("server/src/main/java/Main.java", "");
    write("client-java/pom.xml", "");
    write("client-java/src/main/java/Main.java", "");
    write("web/index.html", "");
    write("content", "first");
    write("jdk/release", "JAVA_VERSION=\"25.0.3\"\n");
    script("jdk/bin/javac", "");
    script(
        "jdk/bin/java",
        """
        echo "java $*" >>"$PROJECT/calls"
        for option in "$@"; do
          case $option in
            -XX:AOTCacheOutput=*) echo cache >"${option#*=}" ;;
          esac
        done
        env | grep ^TERTULIA_ || true
        """);
    script(
        "maven/bin/mvn",
        """
        echo "mvn $*" >>"$PROJECT/calls"
        [ ! -e "$PROJECT/broken" ] || { echo "[ERROR] Main.java: error: that is no Java"; exit 1; }
        case $* in
          *" client-java "*) module=client-java jar=tertulia-client.jar ;;
          *) module=server jar=tertulia-server.jar ;;
        esac
        mkdir -p $module/target/lib
        echo library >$module/target/lib/library.jar
        cp "$PROJECT/content" $module/target/$jar
        """);
    age();
  }

  @Test
  void buildsAndPreparesOnceAndThenStartsAtOnce() throws Exception {
    Ended first = serve();
    assertThat(first.exit).as(first.err).isZero();
    assertThat(first.out).contains("building for the first time", "preparing a quick start");
    assertThat(calls())
        .satisfiesExactly(
            call -> assertThat(call).startsWith("mvn ").endsWith(" package"),
            call -> assertThat(call).contains("-XX:AOTCacheOutput=").endsWith(" rehearse"),
            call -> assertThat(call).contains("-XX:AOTCache=").endsWith(" serve --port 1"));

    assertThat(serve().out).isEmpty();
    assertThat(calls()).singleElement().asString().contains("-XX:AOTCache=");
  }

  /// The heap may have half of the memory.
  @Test
  void heapAndDirectMemoryLeaveAQuarterOfWhatThereIs() throws Exception {
    serve();
    String call = calls().getLast();
    Matcher direct = Pattern.compile("-XX:MaxDirectMemorySize=(\\d+)m ").matcher(call);
    assertThat(direct.find()).as(call).isTrue();
    assertThat(call).contains("-XX:MaxRAMPercentage=50 ");
    long memory =
        ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
    assertThat(Long.parseLong(direct.group(1)) << 20)
        .isBetween(memory / 4 - memory / 20, memory / 4);
  }

  @Test
  void buildsWhenASourceIsNewer() throws Exception {
    serve();
    for (String source : List.of("server/src/main/java/Main.java", "web/index.html", "pom.xml")) {
      age();
      write(source, "changed");
      assertThat(serve().out).as(source).contains("sources have changed, building");
    }
  }

  @Test
  void neverStartsFromTheQuickStartOfOtherCode() throws Exception {
    serve();
    String before = quickStart();
    FileTime built = Files.getLastModifiedTime(jar());
    write("server/target/tertulia-server.jar", "other");
    Files.setLastModifiedTime(jar(), built);
    assertThat(serve().out).contains("preparing a quick start").doesNotContain("building");
    String after = quickStart();
    assertThat(after).isNotEqualTo(before);

    write("jdk/release", "JAVA_VERSION=\"25.0.4\"\n");
    serve();
    assertThat(quickStart()).isNotEqualTo(after);
  }

  @Test
  void keepsOnlyTheCopiesThatAreInUse() throws Exception {
    serve();
    Path copies = project.resolve("server/target/run");
    Path used = copies.resolve("used");
    write("server/target/run/used/pid." + ProcessHandle.current().pid(), "");
    write("server/target/tertulia-server.jar", "other");
    serve();
    try (Stream<Path> left = Files.list(copies)) {
      assertThat(left).hasSize(2).contains(used);
    }
  }

  @Test
  void flagsOfOnesOwnReachTheJvmButNotTheServer() throws Exception {
    serve();
    String before = quickStart();
    Ended ended = run("TERTULIA_JAVA_OPTS", "-Xmx300m", "serve");
    assertThat(ended.exit).as(ended.err).isZero();
    assertThat(ended.out).contains("preparing a quick start").doesNotContain("TERTULIA_");
    assertThat(calls())
        .last()
        .asString()
        .contains(" -Xmx300m ", "-XX:AOTCache=")
        .doesNotContain(before);
  }

  @Test
  void benchBuildsItsOwnModuleAndRunsFromACopyOfIt() throws Exception {
    Ended first = bench();
    assertThat(first.exit).as(first.err).isZero();
    assertThat(first.out).as("for what the program prints").isEmpty();
    assertThat(first.err).contains("building for the first time");
    assertThat(calls())
        .satisfiesExactly(
            call -> assertThat(call).contains("-pl client-java ").endsWith(" package"),
            call ->
                assertThat(call)
                    .contains("/client-java/target/run/")
                    .doesNotContain("AOT")
                    .endsWith("/tertulia-client.jar bench --rate 0"));

    assertThat(bench().err).isEmpty();
    assertThat(calls()).hasSize(1);
  }

  @Test
  void benchBuildsWhenItsOwnSourcesAreNewer() throws Exception {
    bench();
    for (String source : List.of("client-java/src/main/java/Main.java", "client-java/pom.xml")) {
      age();
      write(source, "changed");
      assertThat(bench().err).as(source).contains("sources have changed, building");
    }
    write("server/src/main/java/Main.java", "changed");
    write("web/index.html", "changed");
    assertThat(bench().err).isEmpty();
  }

  @Test
  void aBuildThatFailsIsToldWithMavensWords() throws Exception {
    write("broken", "");
    Ended ended = serve();
    assertThat(ended.exit).isEqualTo(2);
    assertThat(ended.err.lines())
        .containsExactly(
            "[ERROR] Main.java: error: that is no Java",
            "tertulia: the build failed; Maven's words are above");
  }

  @Test
  void aServerWithoutAQuickStartStartsAllTheSame() throws Exception {
    script("jdk/bin/java", "case $* in *rehearse) exit 1 ;; *) echo started ;; esac");
    Ended ended = serve();
    assertThat(ended.exit).isZero();
    assertThat(ended.err.lines()).singleElement().asString().contains("starting without");
    assertThat(ended.out).endsWith("started\n");
  }

  @Test
  void aMissingMavenIsToldInOneLine() throws Exception {
    Files.delete(project.resolve("maven/bin/mvn"));
    for (String tool : List.of("dirname", "grep", "find", "head")) {
      script("tools/" + tool, "PATH=/usr/bin:/bin exec %s \"$@\"".formatted(tool));
    }
    Ended ended = run("PATH", project.resolve("tools").toString(), "serve");
    assertThat(ended.exit).as(ended.err).isEqualTo(2);
    assertThat(ended.err.lines()).singleElement().asString().contains("no Maven found");
    assertThat(ended.out).isEmpty();
  }

  private Ended serve() throws Exception {
    return run("PORT", "", "serve", "--port", "1");
  }

  private Ended bench() throws Exception {
    return run("PORT", "", "bench", "--rate", "0");
  }

  /// Runs the launcher with one more variable in its environment.
  private Ended run(String variable, String value, String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("/bin/sh", project.resolve("tertulia").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectError(project.resolve("err").toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("TERTULIA_"));
    builder.environment().put("PROJECT", project.toString());
    builder.environment().put("JAVA_HOME", project.resolve("jdk").toString());
    builder.environment().put("MAVEN_HOME", project.resolve("maven").toString());
    builder.environment().put(variable, value);
    Process process = builder.start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return new Ended(process.exitValue(), out, Files.readString(project.resolve("err")));
  }

  /// How Maven and Java were called since this was last asked.
  private List<String> calls() throws IOException {
    Path calls = project.resolve("calls");
    List<String> lines = Files.readAllLines(calls);
    Files.delete(calls);
    return lines;
  }

  /// The cache that the last start was from.
  private String quickStart() throws IOException {
    String call = calls().getLast();
    assertThat(call).contains("-XX:AOTCache=");
    return call.substring(call.indexOf("-XX:AOTCache="), call.indexOf(" -jar "));
  }

  private Path jar() {
    return project.resolve("server/target/tertulia-server.jar");
  }

  /// Makes every file older than what is built or written from here on.
  private void age() throws IOException {
    FileTime past = FileTime.from(Instant.EPOCH);
    try (Stream<Path> files = Files.walk(project)) {
      for (Path file : files.toList()) {
        Files.setLastModifiedTime(file, past);
      }
    }
    for (String module : List.of("server", "client-java")) {
      Path stamp = project.resolve(module + "/target/built");
      if (Files.exists(stamp)) {
        Files.setLastModifiedTime(stamp, FileTime.from(Instant.EPOCH.plusSeconds(1)));
      }
    }
  }

  private void write(String file, String text) throws IOException {
    Path path = project.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private void script(String file, String text) throws IOException {
    write(file, "#!/bin/sh\n" + text);
    assertThat(project.resolve(file).toFile().setExecutable(true)).isTrue();
  }
}
