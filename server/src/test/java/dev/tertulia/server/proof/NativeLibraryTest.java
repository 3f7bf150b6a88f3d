package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.LibraryLoaderUtil;

/// Where the libraries of machine code come from, and that no start leaves a copy of one.
@Tag("system")
final class NativeLibraryTest {
  @TempDir private Path temp;

  private static List<String> with(Path temporary) {
    return List.of("env", "JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=" + temporary);
  }

  @Test
  void noCopyIsLeftBehind() throws IOException {
    Path temporary = Files.createDirectory(temp.resolve("tmp"));
    Path data = temp.resolve("data");
    try (ServerUnderTest server = ServerUnderTest.start(data, Map.of(), with(temporary))) {
      assertThat(temporary).isEmptyDirectory();
      server.kill();
    }
    assertThat(ServerUnderTest.run(with(temporary), "check", "--data", data.toString()).exit())
        .isZero();
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void aFolderThatForbidsLoadingIsReportedWithTheSetting() throws IOException {
    Path data = temp.resolve("data");
    ServerUnderTest.start(data).close();
    Path temporary = Files.createDirectory(temp.resolve("tmp"));
    try (SmallDisk disk = SmallDisk.mount(temporary, 2)) {
      List<String> entering = new ArrayList<>(disk.entering());
      entering.addAll(with(temporary));
      String alone = classPath(temp.resolve("alone"));
      String beside = classPath(temp.resolve("build"));
      putLibraryBeside(temp.resolve("build"));
      disk.mode("noexec");
      assertNamed(entering, alone, temporary, "noexec", data);
      // A build that has them beside itself needs no other folder.
      ServerUnderTest.Ended ended = run(entering, beside, "check", "--data", data.toString());
      assertThat(ended.exit()).as(ended.output()).isZero();
      disk.mode("ro");
      assertNamed(entering, alone, temporary, "Read-only", data);
      disk.mode("rw");
      disk.fill();
      assertNamed(entering, alone, temporary, "No space left", data);
    }
  }

  private static void assertNamed(
      List<String> entering, String classPath, Path folder, String why, Path data)
      throws IOException {
    for (List<String> arguments :
        List.of(
            List.of("check", "--data", data.toString()),
            List.of("serve", "--port", "0", "--data", data.toString()))) {
      ServerUnderTest.Ended ended = run(entering, classPath, arguments.toArray(String[]::new));
      assertThat(ended.exit()).as(ended.output()).isEqualTo(2);
      assertThat(ended.output().lines().filter(line -> !line.startsWith("Picked up ")).toList())
          .singleElement()
          .asString()
          .contains(folder.toString(), why, "java.io.tmpdir");
    }
  }

  /// A class path on which the program stands in a folder of its own, with nothing beside it.
  private static String classPath(Path build) throws IOException {
    Path classes = Files.createDirectory(build).resolve("classes");
    List<String> path = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (entry.endsWith("classes") && !entry.endsWith("test-classes")) {
        copy(Path.of(entry), classes);
        path.add(classes.toString());
      } else {
        path.add(entry);
      }
    }
    return String.join(File.pathSeparator, path);
  }

  private static void putLibraryBeside(Path build) throws IOException {
    String name =
        LibraryLoaderUtil.getNativeLibResourcePath() + "/" + LibraryLoaderUtil.getNativeLibName();
    Path library = Path.of(build + "/lib/native" + name);
    Files.createDirectories(library.getParent());
    try (InputStream in = SQLiteJDBCLoader.class.getResourceAsStream(name)) {
      Files.copy(in, library);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  private static ServerUnderTest.Ended run(
      List<String> entering, String classPath, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(entering);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", classPath));
    command.add("dev.tertulia.server.Main");
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      return new ServerUnderTest.Ended(process.waitFor(), said);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
