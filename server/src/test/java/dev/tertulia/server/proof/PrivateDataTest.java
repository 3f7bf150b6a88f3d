package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files written by the server and its commands are readable only by their owner, whatever the
/// umask.
@Tag("system")
final class PrivateDataTest {
  private static final List<String> UMASK = List.of("sh", "-c", "umask 0; exec \"$@\"", "sh");

  @TempDir private Path temp;

  @Test
  void everyFileIsReadableOnlyByItsOwner() throws Exception {
    Path data = temp.resolve("srv/data");
    Path backup = temp.resolve("backup.sqlite");
    Path export = temp.resolve("all.jsonl");
    Map<String, String> settings = Map.of("TERTULIA_ROOMS_RULES", "cache.*: memory");
    try (ServerUnderTest server = ServerUnderTest.start(data, settings, UMASK);
        FullClient ana = new FullClient("ana")) {
      ana.connect(server.port(), "plaza");
      assertThat(ana.publishAndWait("plaza", "a", "hola")).isTrue();
      assertThat(run("backup", "--data", data.toString(), "--to", backup.toString())).isZero();
      assertThat(run("export", "--data", data.toString(), "--to", export.toString())).isZero();
      assertThat(rights(data)).containsKeys("tertulia.sqlite-wal", "memory.sqlite", "lock");
      assertPrivate();
      // A pipe where a request would be: nobody writes to it, and the server ends all the same.
      assertThat(new ProcessBuilder("mkfifo", data + "/erase.request").start().waitFor()).isZero();
      server.terminate();
    }
    Files.delete(data.resolve("erase.request"));
    assertThat(run("restore", "--data", data.toString(), "--from", backup.toString(), "--replace"))
        .isZero();
    assertPrivate();
  }

  private static int run(String... arguments) {
    return ServerUnderTest.run(UMASK, arguments).exit();
  }

  private void assertPrivate() throws IOException {
    rights(temp)
        .forEach((file, rights) ->
            assertThat(rights)
                .as(file)
                .isEqualTo(Files.isDirectory(temp.resolve(file)) ? "rwx------" : "rw-------"));
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
