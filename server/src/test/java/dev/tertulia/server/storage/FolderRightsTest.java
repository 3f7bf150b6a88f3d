package dev.tertulia.server.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.storage.sqlite.SqliteDatabase;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Who may read a data folder, and which files in it are not opened.
@Timeout(60)
final class FolderRightsTest {
  @TempDir private Path temp;

  private static Map<String, String> rights(Path folder) throws IOException {
    Map<String, String> rights = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.toList()) {
        rights.put(
            folder.relativize(file).toString(),
            PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
      }
    }
    return rights;
  }

  private static void open(Path path, String rights) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(rights));
  }

  @Test
  void permissionsOfAnEarlierBuildAreTightened() throws IOException {
    Path data = temp.resolve("data");
    SampleData.in(data);
    for (Path file :
        List.of(
            data,
            data.resolve("tertulia.sqlite"),
            data.resolve("tertulia.head"),
            data.resolve("lock"))) {
      open(file, Files.isDirectory(file) ? "rwxrwxrwx" : "rw-rw-rw-");
    }
    try (TestLog log = new TestLog(data)) {
      log.say(TestLog.chat("a"), null);
      Map<String, String> rights = rights(data);
      assertThat(rights).containsKeys("", "tertulia.sqlite-wal", "tertulia.sqlite-shm");
      assertThat(rights.remove("")).isEqualTo("rwx------");
      assertThat(rights.values()).allMatch("rw-------"::equals);
    }
  }

  @Test
  void aFolderWithOtherFilesKeepsItsPermissions() throws IOException {
    Path data = Files.createDirectory(temp.resolve("data"));
    Files.createFile(data.resolve("photo.jpg"));
    open(data, "rwxr-xr-x");
    for (int start = 0; start < 2; start++) {
      try (DataFolder folder = DataFolder.open(data)) {
        assertThat(folder.warning())
            .contains(
                "is open to other users (the folder r-xr-x)",
                "contains other files, such as photo.jpg")
            .endsWith("remove their permissions: chmod -R go= " + data.toRealPath());
      }
      assertThat(rights(data).get("")).isEqualTo("rwxr-xr-x");
      assertThat(rights(data).get("lock")).isEqualTo("rw-------");
    }
  }

  @Test
  void everythingThatWasOpenIsClosedAndWarnedOf() throws IOException {
    Path data = Files.createDirectories(temp.resolve("Ana's data"));
    Path aside = Files.createDirectory(data.resolve("replaced-20260101-000000"));
    for (Path file :
        List.of(
            aside.resolve("tertulia.sqlite"),
            data.resolve("admin.token.new"),
            data.resolve("lock"),
            data.resolve("tertulia.sqlite"))) {
      open(Files.createFile(file), "rw-r--r--");
    }
    open(aside, "rwxrwxr-x");
    open(data, "rwx--x--x");
    Files.createSymbolicLink(data.resolve("tertulia.head"), temp);
    try (DataFolder folder = DataFolder.open(data)) {
      assertThat(folder.warning())
          .contains(
              "was open to other users (the folder --x--x, admin.token.new r--r--, lock r--r--"
                  + " and 3 more). The server has removed")
          .endsWith(": chmod -R go= '" + data.toRealPath().toString().replace("'", "'\\''") + "'");
    }
    Files.delete(data.resolve("tertulia.head"));
    rights(data)
        .forEach((file, rights) ->
            assertThat(rights)
                .as(file)
                .isEqualTo(Files.isDirectory(data.resolve(file)) ? "rwx------" : "rw-------"));
    try (DataFolder folder = DataFolder.open(data)) {
      assertThat(folder.warning()).isNull();
    }
  }

  @Test
  void aFileSystemWithoutPermissionsIsLeftAlone() throws IOException {
    try (FileSystem zip =
        FileSystems.newFileSystem(temp.resolve("files.zip"), Map.of("create", "true"))) {
      Path file = zip.getPath("/file");
      PrivateFiles.makeFolders(zip.getPath("/folder"));
      PrivateFiles.make(file);
      PrivateFiles.make(file);
      PrivateFiles.closeFolder(zip.getPath("/folder"));
      assertThat(PrivateFiles.permissionsOfOthers(file)).isEmpty();
      assertThat(file).isRegularFile();
    }
  }

  @Test
  void aFolderOfAnotherUserIsRefused() throws IOException {
    Assumptions.assumeTrue("root".equals(System.getProperty("user.name")));
    Path data = Files.createDirectory(temp.resolve("data"));
    Files.setAttribute(data, "unix:uid", 12345);
    assertThatThrownBy(() -> DataFolder.open(data))
        .isInstanceOf(DataFolderException.class)
        .hasMessageContaining("belongs to the user")
        .hasMessageContaining("12345");
    assertThat(data).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tertulia.sqlite", "lock", "tertulia.head", "memory.sqlite"})
  void linksAndPipesAreNotOpened(String name) throws Exception {
    Path secret = Files.writeString(temp.resolve("secret"), "secret");
    Path linked = Files.createDirectory(temp.resolve("linked"));
    Files.createSymbolicLink(linked.resolve(name), secret);
    Path piped = Files.createDirectory(temp.resolve("piped"));
    pipe(piped.resolve(name));
    for (Path data : List.of(linked, piped)) {
      if (name.equals("memory.sqlite")) {
        // It is made again at each start.
        try (DataFolder folder = DataFolder.open(data)) {
          SqliteDatabase.passing(folder);
        }
      } else {
        assertThatThrownBy(() -> new TestLog(data).close())
            .hasStackTraceContaining(name)
            .hasStackTraceContaining(data.equals(linked) ? "a link" : "a pipe");
      }
    }
    assertThat(secret).hasContent("secret");
  }

  private static void pipe(Path path) throws Exception {
    Process made = new ProcessBuilder("mkfifo", path.toString()).inheritIO().start();
    assertThat(made.waitFor(Duration.ofSeconds(30))).isTrue();
    assertThat(made.exitValue()).isZero();
  }
}
