package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files written by the server and its commands are readable only by their owner, whatever the
/// umask, from the moment they exist.
@Tag("system")
final class PrivateDataTest {
  private static final List<String> UMASK = List.of("sh", "-c", "umask 0; exec \"$@\"", "sh");

  /// The calls that make files and folders, and those that take away their names. Not every machine
  /// has those with a question mark.
  private static final String CALLS =
      "?open,openat,?creat,?mkdir,mkdirat,?unlink,unlinkat,?rename,?renameat,renameat2";

  private static final Pattern MADE =
      Pattern.compile("(?:open|creat|mkdir)\\w*\\(.*?\"(/[^\"]+)\", (?:.*O_CREAT.*, )?(0\\d+)\\b");

  private static final Pattern GONE = Pattern.compile("(?:unlink|rename)\\w*\\(.*?\"(/[^\"]+)\"");

  @TempDir private Path temp;

  private Path data;
  private Path backup;
  private Path export;

  @BeforeEach
  void nameFiles() {
    data = temp.resolve("srv/data");
    backup = temp.resolve("backup.sqlite");
    export = temp.resolve("all.jsonl");
  }

  /// All that a server and its commands do, with a killed server among it, whose files are left as
  /// they were.
  @Test
  void everyFileIsReadableOnlyByItsOwner() throws Exception {
    Map<String, String> settings =
        Map.of(
            "TERTULIA_ROOMS", "[{name: cache.*, kind: memory}]", "SQLITE_TMPDIR", temp.toString());
    String folder = data.toString();
    try (ServerUnderTest server = ServerUnderTest.start(data, settings, UMASK);
        FullClient ana = new FullClient("ana")) {
      ana.connect(server.port(), "plaza");
      assertThat(ana.publishAndWait("plaza", "a", "hola")).isTrue();
      assertThat(run("backup", "--data", folder, "--to", backup.toString())).isZero();
      assertThat(run("export", "--data", folder, "--to", export.toString())).isZero();
      assertThat(run("check", "--data", folder)).isZero();
      assertThat(run("import", "--data", folder, export.toString())).isZero();
      assertPrivate();
      server.kill();
    }
    assertThat(rights(data))
        .containsKeys(
            "admin.token",
            "admin.url",
            "lock",
            "memory.sqlite",
            "tertulia.head",
            "tertulia.sqlite",
            "tertulia.sqlite-shm",
            "tertulia.sqlite-wal");
    assertPrivate();
    try (ServerUnderTest server = ServerUnderTest.start(data, settings, UMASK)) {
      assertThat(run("erase", "ana", "--yes", "--data", folder)).isZero();
      assertPrivate();
      server.terminate();
    }
    assertThat(rights(data)).doesNotContainKeys("admin.token", "admin.url", "erasure.pending");
    assertThat(run("restore", "--data", folder, "--from", backup.toString(), "--replace")).isZero();
    assertThat(rights(data)).anySatisfy((file, rights) -> assertThat(file).startsWith("replaced-"));
    assertThat(run("import", "--data", temp.resolve("other").toString(), export.toString()))
        .isZero();
    assertPrivate();
  }

  @Test
  @Tag("long")
  void noFileIsReadableByOthersForAMoment() throws Exception {
    List<Path> traces = new ArrayList<>();
    // SQLite's temporary files are seen there too.
    Map<String, String> settings = Map.of("SQLITE_TMPDIR", temp.toString());
    try (ServerUnderTest server = ServerUnderTest.start(data, settings, traced(traces));
        FullClient ana = new FullClient("ana")) {
      ana.connect(server.port(), "plaza");
      assertThat(ana.publishAndWait("plaza", "a", "hola")).isTrue();
      assertThat(trace(traces, "backup", "--to", backup.toString())).isZero();
      assertThat(trace(traces, "export", "--to", export.toString())).isZero();
      // From standard input, which is empty: that is copied into the folder first.
      trace(traces, "import");
      assertThat(trace(traces, "import", export.toString())).isZero();
      assertThat(trace(traces, "erase", "ana", "--yes")).isZero();
      assertPrivate();
      server.terminate();
    }
    assertThat(trace(traces, "import", export.toString())).isZero();
    assertThat(trace(traces, "erase", "ana", "--yes")).isZero();
    assertThat(trace(traces, "restore", "--from", backup.toString(), "--replace")).isZero();
    assertPrivate();

    List<Made> made = new ArrayList<>();
    for (Path trace : traces) {
      made.addAll(made(trace));
    }
    assertThat(made)
        .allSatisfy(file -> assertThat(file.mode()).as(file.path()).isIn("0600", "0700"));
    assertThat(made)
        .extracting(file -> file.path().replaceAll(".*/", "").replaceAll("-\\w{8,}", "-"))
        .contains(
            "data",
            "lock",
            "tertulia.sqlite",
            "tertulia.sqlite-wal",
            "tertulia.sqlite-shm",
            "tertulia.sqlite.new",
            "tertulia.head",
            "backup.sqlite.part",
            "all.jsonl.part",
            "import-.jsonl",
            "admin.token.new",
            "admin.url.new",
            "erasure.pending.new");
  }

  @Test
  void aFolderThatWasOpenToOthersIsClosedWithOneWarning() throws Exception {
    Files.createDirectories(data);
    Path old = Files.writeString(data.resolve("tertulia.sqlite.old"), "");
    Files.setPosixFilePermissions(old, PosixFilePermissions.fromString("rw-rw-rw-"));
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
    String command = "chmod -R go= " + data.toRealPath();
    try (ServerUnderTest server = ServerUnderTest.start(data, Map.of(), UMASK)) {
      assertThat(server.lines())
          .filteredOn(line -> line.contains(command))
          .singleElement()
          .asString()
          .contains("WARN", "the folder r-xr-x", "tertulia.sqlite.old rw-rw-");
      server.terminate();
    }
    assertPrivate(data);
    try (ServerUnderTest server = ServerUnderTest.start(data, Map.of(), UMASK)) {
      assertThat(server.lines()).noneMatch(line -> line.contains("chmod"));
      server.terminate();
    }
  }

  private static int run(String... arguments) {
    return ServerUnderTest.run(UMASK, arguments).exit();
  }

  private int trace(List<Path> traces, String command, String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of(command, "--data", data.toString()));
    all.addAll(List.of(arguments));
    return ServerUnderTest.run(traced(traces), all.toArray(String[]::new)).exit();
  }

  /// The command that runs a program, and writes which files it makes to a file of its own.
  private List<String> traced(List<Path> traces) throws IOException {
    // Made here: strace would make it with the umask of the program.
    Path trace = Files.createTempFile(temp, "trace", "");
    traces.add(trace);
    List<String> command = new ArrayList<>(UMASK);
    command.addAll(SystemCalls.tracing(trace, CALLS));
    return command;
  }

  /// A file or a folder that a program has made.
  ///
  /// @param mode its permissions at that moment, in octal digits
  private record Made(String path, String mode) {}

  /// What was made below [#temp].
  private List<Made> made(Path trace) throws IOException {
    List<Made> made = new ArrayList<>();
    // What is opened again keeps its permissions.
    Set<String> present = new HashSet<>();
    for (String line : Files.readAllLines(trace)) {
      Matcher gone = GONE.matcher(line);
      Matcher call = MADE.matcher(line);
      if (gone.find()) {
        present.remove(gone.group(1));
      } else if (call.find()
          && call.group(1).startsWith(temp + "/")
          && present.add(call.group(1))) {
        made.add(new Made(call.group(1), call.group(2)));
      }
    }
    return made;
  }

  private void assertPrivate() throws IOException {
    assertPrivate(temp);
  }

  private static void assertPrivate(Path folder) throws IOException {
    rights(folder)
        .forEach((file, rights) ->
            assertThat(rights)
                .as(file)
                .isEqualTo(Files.isDirectory(folder.resolve(file)) ? "rwx------" : "rw-------"));
  }

  private static Map<String, String> rights(Path folder) throws IOException {
    Map<String, String> rights = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(file -> !file.equals(folder)).toList()) {
        rights.put(
            folder.relativize(file).toString(),
            PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
      }
    }
    return rights;
  }
}
