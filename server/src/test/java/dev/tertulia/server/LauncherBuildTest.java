package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.OperatingSystemMXBean;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// When the launcher builds and when it makes a new quick start, in a project of a few empty files
/// whose Maven and JDK are scripts that note how they are called.
@Tag("system")
final class LauncherBuildTest {
  private static final Path LAUNCHER = Path.of("..", "tertulia").toAbsolutePath().normalize();

  /// Runs a program as a user who owns nothing here.
  private static final List<String> NOBODY =
      List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");

  @TempDir private Path project;
  @TempDir private Path errors;

  /// What became of a run of the launcher.
  private record Ended(int exit, String out, String err) {}

  @BeforeEach
  void layOut() throws IOException {
    Files.copy(LAUNCHER, project.resolve("tertulia"));
    Files.createDirectory(project.resolve("packaging"));
    for (String part : List.of("packaging/jvm-flags.sh", "packaging/launch.sh")) {
      Files.copy(LAUNCHER.resolveSibling(part), project.resolve(part));
    }
    write("pom.xml", "");
    write("server/pom.xml", "");
    write("server/src/main/java/Main.java", "");
    write("client-java/pom.xml", "");
    write("client-java/src/main/java/Main.java", "");
    write("web/index.html", "");
    write("client-js/dist/tertulia.js", "");
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
        for library in library jackson-core-3 picocli-4; do echo $library >$module/target/lib/$library.jar; done
        cp "$PROJECT/content" $module/target/$jar
        """);
    age();
  }

  @Test
  void buildsAndPreparesOnceAndThenStartsImmediately() throws Exception {
    Ended first = serve();
    assertThat(first.exit).as(first.err).isZero();
    assertThat(first.out).contains("building for the first time", "preparing an AOT cache");
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
  void heapAndDirectMemoryLeaveAQuarterOfTheMemory() throws Exception {
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
    for (String source :
        List.of(
            "server/src/main/java/Main.java",
            "web/index.html",
            "client-js/dist/tertulia.js",
            "pom.xml")) {
      age();
      write(source, "changed");
      assertThat(serve().out).as(source).contains("sources have changed, building");
    }
  }

  @Test
  void neverUsesTheAotCacheOfOtherCode() throws Exception {
    serve();
    String before = quickStart();
    FileTime built = Files.getLastModifiedTime(jar());
    write("server/target/tertulia-server.jar", "other");
    Files.setLastModifiedTime(jar(), built);
    assertThat(serve().out).contains("preparing an AOT cache").doesNotContain("building");
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
    write("server/target/run/used/lock", "");
    write("server/target/run/used/tertulia-server.jar", "");
    write("server/target/run/earlier/pid." + ProcessHandle.current().pid(), "");
    Process user =
        new ProcessBuilder("flock", "-s", copies.resolve("used/lock").toString(), "cat").start();
    try {
      // It echoes this once it holds the lock.
      user.outputWriter(StandardCharsets.UTF_8).append("x\n").flush();
      assertThat(user.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("x");
      write("server/target/tertulia-server.jar", "other");
      serve();
      try (Stream<Path> left = Files.list(copies)) {
        assertThat(left).hasSize(3).contains(copies.resolve("used"), copies.resolve("earlier"));
      }
    } finally {
      user.destroyForcibly();
    }
  }

  /// The server runs as one user, and the next start with another build is another's: to signal a
  /// process of somebody else fails as if there were none.
  @Test
  void aCopyInUseByAnotherUsersServerIsKept() throws Exception {
    assumeTrue(isRoot(), "only root can be two users");
    script("jdk/bin/java", "case $* in *rehearse) ;; *) echo up; cat ;; esac");
    serve();
    ProcessBuilder builder = launcher(List.of(), "serve");
    Process server = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try {
      assertThat(server.inputReader(StandardCharsets.UTF_8).lines().anyMatch("up"::equals))
          .isTrue();
      Path copy;
      try (Stream<Path> copies = Files.list(project.resolve("server/target/run"))) {
        copy = copies.findFirst().orElseThrow();
      }
      write("server/target/tertulia-server.jar", "other");
      openToAll("rwxrwxrwx");
      script("jdk/bin/java", "echo java");
      Ended other = end(launcher(NOBODY, "serve"));
      assertThat(other.exit).as(other.err).isZero();
      assertThat(copy.resolve("tertulia-server.jar")).exists();
      assertThat(copy.resolve("lib/library.jar")).exists();
    } finally {
      server.destroyForcibly();
    }
  }

  @Test
  void aReadOnlyBuildRunsUnchanged() throws Exception {
    serve();
    calls();
    Files.createFile(project.resolve("calls"));
    for (String copy : List.of("kept", "gone")) {
      if (copy.equals("gone")) {
        delete(project.resolve("server/target/run"));
      }
      List<Path> before = files();
      List<String> user = readOnly();
      Ended ended = end(launcher(user, "serve", "--port", "1"));
      assertThat(ended.exit).as(ended.err).isZero();
      assertThat(ended.err).isEmpty();
      assertThat(ended.out).isEmpty();
      Ended sent = end(launcher(user, "send", "lobby", "x"));
      assertThat(sent.exit).as(sent.err).isZero();
      assertThat(sent.err).isEmpty();
      openToAll("rwxr-xr-x");
      assertThat(files()).isEqualTo(before);
    }
    assertThat(calls())
        .satisfiesExactly(
            call -> assertThat(call).contains("target/run/", "-XX:AOTCache=").endsWith("--port 1"),
            call -> assertThat(call).contains("target/tertulia-server.jar send"),
            call ->
                assertThat(call).contains("target/tertulia-server.jar serve").doesNotContain("AOT"),
            call -> assertThat(call).contains("target/tertulia-server.jar send"));
  }

  @Test
  void aUserWithoutWriteAccessToTheBuildGetsASeparateCache() throws Exception {
    serve();
    delete(project.resolve("server/target/run"));
    Path cache = Files.createDirectories(project.resolve("home/.cache"));
    List<String> user = readOnly();
    for (Path folder : List.of(cache.getParent(), cache, project.resolve("calls"))) {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    }
    ProcessBuilder builder = launcher(user, "serve", "--port", "1");
    builder.environment().put("HOME", project.resolve("home").toString());
    Ended ended = end(builder);
    openToAll("rwxr-xr-x");
    assertThat(ended.exit).as(ended.err).isZero();
    assertThat(ended.err).isEmpty();
    assertThat(calls())
        .last()
        .asString()
        .contains("/home/.cache/tertulia/server/run/", "AOTCache=");
  }

  @Test
  void anOutdatedReadOnlyBuildIsReportedInOneLine() throws Exception {
    for (String state : List.of("missing", "old")) {
      if (state.equals("old")) {
        serve();
        age();
        write("server/src/main/java/Main.java", "changed");
      }
      Ended ended = end(launcher(readOnly(), "serve", "--port", "1"));
      openToAll("rwxr-xr-x");
      assertThat(ended.exit).as(state).isEqualTo(2);
      assertThat(ended.err.lines()).as(state).singleElement().asString().contains("may not write");
      assertThat(ended.out).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "POSIX", "es_ES.ISO-8859-1", "xx_XX.UTF-8", "ar_EG.UTF-8"})
  void everyProcessRunsInAUtf8Locale(String locale) throws Exception {
    serve();
    script("jdk/bin/java", "locale charmap; echo \"$LC_ALL\"");
    for (String command : List.of("serve", "send", "check")) {
      ProcessBuilder builder = launcher(List.of(), command);
      builder
          .environment()
          .keySet()
          .removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
      if (!locale.isEmpty()) {
        builder.environment().put("LC_ALL", locale);
        builder.environment().put("LANG", locale);
      }
      Ended ended = end(builder);
      assertThat(ended.exit).as(ended.err).isZero();
      assertThat(ended.out.lines()).as(command).containsExactly("UTF-8", "C.UTF-8");
      assertThat(ended.err).isEmpty();
    }
  }

  @Test
  void userJvmFlagsReachTheJvmButNotTheServer() throws Exception {
    serve();
    String before = quickStart();
    Ended ended = run("TERTULIA_JAVA_OPTS", "-Xmx300m", "serve");
    assertThat(ended.exit).as(ended.err).isZero();
    assertThat(ended.out).contains("preparing an AOT cache").doesNotContain("TERTULIA_");
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
  void aFailedBuildIsReportedWithMavensOutput() throws Exception {
    write("broken", "");
    Ended ended = serve();
    assertThat(ended.exit).isEqualTo(2);
    assertThat(ended.err.lines())
        .containsExactly(
            "[ERROR] Main.java: error: that is no Java",
            "tertulia: the build failed; see Maven's output above");
  }

  @Test
  void aServerWithoutAnAotCacheStillStarts() throws Exception {
    script("jdk/bin/java", "case $* in *rehearse) exit 1 ;; *) echo started ;; esac");
    Ended ended = serve();
    assertThat(ended.exit).isZero();
    assertThat(ended.err.lines()).singleElement().asString().contains("starting without");
    assertThat(ended.out).endsWith("started\n");
  }

  @Test
  void aMissingMavenIsReportedInOneLine() throws Exception {
    Files.delete(project.resolve("maven/bin/mvn"));
    for (String tool : List.of("dirname", "grep", "find", "head")) {
      script("tools/" + tool, "PATH=/usr/bin:/bin exec %s \"$@\"".formatted(tool));
    }
    Ended ended = run("PATH", project.resolve("tools").toString(), "serve");
    assertThat(ended.exit).as(ended.err).isEqualTo(2);
    assertThat(ended.err.lines()).singleElement().asString().contains("no Maven found");
    assertThat(ended.out).isEmpty();
  }

  private static boolean isRoot() {
    return System.getProperty("user.name", "").equals("root");
  }

  /// Lets nobody write into the project.
  ///
  /// @return what makes the launcher a user for whom that holds
  private List<String> readOnly() throws IOException {
    openToAll("r-xr-xr-x");
    Path calls = project.resolve("calls");
    if (Files.exists(calls)) {
      Files.setPosixFilePermissions(calls, PosixFilePermissions.fromString("rw-rw-rw-"));
    }
    return isRoot() ? NOBODY : List.of();
  }

  private void openToAll(String permissions) throws IOException {
    for (Path file : files()) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(project)) {
      return files.sorted().toList();
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private Ended serve() throws Exception {
    return run("PORT", "", "serve", "--port", "1");
  }

  private Ended bench() throws Exception {
    return run("PORT", "", "bench", "--rate", "0");
  }

  /// Runs the launcher with one more variable in its environment.
  private Ended run(String variable, String value, String... arguments) throws Exception {
    ProcessBuilder builder = launcher(List.of(), arguments);
    builder.environment().put(variable, value);
    return end(builder);
  }

  /// @param user what runs the launcher as another user; empty for oneself
  private ProcessBuilder launcher(List<String> user, String... arguments) {
    List<String> command = new ArrayList<>(user);
    command.addAll(List.of("/bin/sh", project.resolve("tertulia").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("TERTULIA_"));
    builder.environment().put("PROJECT", project.toString());
    builder.environment().put("JAVA_HOME", project.resolve("jdk").toString());
    builder.environment().put("MAVEN_HOME", project.resolve("maven").toString());
    builder.environment().remove("XDG_CACHE_HOME");
    builder.environment().put("HOME", "/nonexistent");
    return builder;
  }

  private Ended end(ProcessBuilder builder) throws Exception {
    Path err = errors.resolve("err");
    Process process = builder.redirectError(err.toFile()).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return new Ended(process.exitValue(), out, Files.readString(err));
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
