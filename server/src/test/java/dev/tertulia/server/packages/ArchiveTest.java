package dev.tertulia.server.packages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.TestServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The program as it comes out of the archive, at another place than where it was made.
@Tag("packages")
final class ArchiveTest {
  private static final Pattern PORT = Pattern.compile("listens on http://127.0.0.1:(\\d+)");

  @TempDir private Path folder;

  /// A copy, whose files have the dates of the archive.
  private Path copy() throws Exception {
    return copy(BuiltPackages.unpacked());
  }

  private Path copy(Path unpacked) throws Exception {
    Ended copied =
        Ended.of(Map.of(), List.of("cp", "-a", unpacked.toString(), folder + "/program"));
    assertThat(copied.exit()).as(copied.out()).isZero();
    return folder.resolve("program");
  }

  private Process start(Path program, Map<String, String> environment) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
                program.resolve("bin/tertulia").toString(),
                "serve",
                "--port",
                "0",
                "--data",
                folder.resolve("data").toString())
            .redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("TERTULIA_"));
    builder.environment().put("TERTULIA_DRAIN_GRACE", "0s");
    builder.environment().put("TERTULIA_DRAIN_PERIOD", "0s");
    builder.environment().put("XDG_CACHE_HOME", folder.resolve("cache").toString());
    builder.environment().putAll(environment);
    return builder.start();
  }

  /// Reads up to the line that names the address.
  private static String greeting(BufferedReader out) throws IOException {
    List<String> said = new ArrayList<>();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      said.add(line);
      if (line.contains("Tertulia ") && line.contains(" on http:")) {
        return line;
      }
    }
    throw new AssertionError(said);
  }

  private static String commandOf(Process process) throws IOException {
    return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline")).replace('\0', ' ');
  }

  private static void assertStops(Process process) throws InterruptedException {
    process.toHandle().destroy();
    assertThat(process.waitFor(TestServer.PATIENCE.multipliedBy(2).toSeconds(), TimeUnit.SECONDS))
        .isTrue();
    assertThat(process.exitValue()).isZero();
  }

  /// With this mode the JVM refuses to start if it can't use the cache.
  @Test
  @Tag("long")
  void theCacheOfTheArchiveIsUsedWhereverItIsUnpacked() throws Exception {
    Path program = copy();
    Process server = start(program, Map.of("TERTULIA_JAVA_OPTS", "-XX:AOTMode=on"));
    try (BufferedReader out = server.inputReader()) {
      greeting(out);
      assertThat(commandOf(server)).contains("-XX:AOTCache=" + program + "/lib/server-");
      // And not from where the cache was made, which classes out of it take for their source.
      try (Stream<String> mapped = Files.lines(Path.of("/proc/" + server.pid() + "/maps"))) {
        assertThat(mapped.filter(line -> line.endsWith("libsqlitejdbc.so")))
            .isNotEmpty()
            .allSatisfy(line -> assertThat(line).contains(program + "/app/lib/native/"));
      }
      assertStops(server);
    } finally {
      server.destroyForcibly();
    }
  }

  @Test
  @Tag("long")
  void theCachesContainNoCodeForTheCpuOfTheMachineThatMadeThem() throws Exception {
    Path program = BuiltPackages.unpacked();
    List<Path> caches;
    try (Stream<Path> files = Files.list(program.resolve("lib"))) {
      caches = files.filter(file -> file.toString().endsWith(".aot")).toList();
    }
    assertThat(caches).hasSize(2);
    for (Path cache : caches) {
      boolean server = cache.getFileName().toString().startsWith("server-");
      Ended shown =
          Ended.of(
              Map.of(),
              List.of(
                  program.resolve("runtime/bin/java").toString(),
                  "-XX:+UseCompactObjectHeaders",
                  "--enable-native-access=ALL-UNNAMED",
                  server ? "-XX:+UseG1GC" : "-XX:+UseSerialGC",
                  "-XX:AOTCache=" + cache,
                  "-Xlog:aot+codecache*=debug",
                  "-jar",
                  program.resolve("app/tertulia-server.jar").toString(),
                  "--version"));
      assertThat(shown.out()).as(cache.toString()).contains("AOT Code Cache is empty");
    }
  }

  /// The jar has the size and the date of the one for which the cache was made, by which the JVM
  /// would not notice.
  @Test
  @Tag("long")
  void aPatchedJarRunsAndNotTheCacheOfTheOldOne() throws Exception {
    Path program = copy();
    Path jar = program.resolve("app/tertulia-server.jar");
    FileTime date = Files.getLastModifiedTime(jar);
    long size = Files.size(jar);
    patch(jar, size);
    Files.setLastModifiedTime(jar, date);
    assertThat(Files.size(jar)).isEqualTo(size);
    // Nowhere to keep another cache.
    Files.writeString(folder.resolve("cache"), "");
    Process server = start(program, Map.of());
    try (BufferedReader out = server.inputReader()) {
      assertThat(greeting(out)).contains("LISTENS on");
    } finally {
      server.destroyForcibly();
    }
  }

  /// Writes the jar again, with another text in a class, and as long as it was.
  private static void patch(Path jar, long size) throws IOException {
    Path patched = jar.resolveSibling("patched.jar");
    byte[] text = " listens on ".getBytes(StandardCharsets.US_ASCII);
    byte[] other = " LISTENS on ".getBytes(StandardCharsets.US_ASCII);
    try (ZipFile from = new ZipFile(jar.toFile());
        OutputStream file = Files.newOutputStream(patched);
        ZipOutputStream out = new ZipOutputStream(file)) {
      out.setLevel(Deflater.BEST_COMPRESSION);
      for (ZipEntry entry : from.stream().map(ZipEntry.class::cast).toList()) {
        if (entry.getName().startsWith("web/icons/")) {
          // Makes room: this way of writing needs some more for each entry.
          continue;
        }
        out.putNextEntry(new ZipEntry(entry.getName()));
        byte[] content = from.getInputStream(entry).readAllBytes();
        if (entry.getName().endsWith("/ServerProcess.class")) {
          int at = indexOf(content, text);
          assertThat(at).isPositive();
          System.arraycopy(other, 0, content, at, other.length);
        }
        out.write(content);
      }
      out.finish();
    }
    long missing = size - Files.size(patched);
    assertThat(missing).as("bytes to fill").isBetween(0L, 60_000L);
    byte[] bytes = Arrays.copyOf(Files.readAllBytes(patched), (int) size);
    // The comment at the end, whose length is in the two bytes before it.
    int end = (int) (size - missing);
    bytes[end - 2] = (byte) missing;
    bytes[end - 1] = (byte) (missing >> 8);
    Files.write(jar, bytes);
    Files.delete(patched);
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    for (int i = 0; i <= bytes.length - part.length; i++) {
      if (Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    return -1;
  }

  /// As an upgrade does, which replaces them while the server runs.
  @Test
  void aServerStopsWithoutTheFilesThatItWasStartedFrom() throws Exception {
    Path program = copy(BuiltPackages.withoutCaches());
    Files.writeString(folder.resolve("cache"), "");
    Process server = start(program, Map.of());
    try (BufferedReader out = server.inputReader()) {
      Matcher port = PORT.matcher(greeting(out));
      assertThat(port.find()).isTrue();
      // Everything is open once a request is answered.
      assertThat(page(port.group(1))).contains("<title>");
      Ended.of(Map.of(), List.of("rm", "-rf", program.toString()));
      assertStops(server);
      assertThat(out.lines()).anyMatch(line -> line.contains("Tertulia has stopped"));
    } finally {
      server.destroyForcibly();
    }
  }

  private static String page(String port) throws Exception {
    return Ended.of(Map.of(), List.of("curl", "-s", "http://127.0.0.1:" + port + "/")).out();
  }

  @Test
  void theRuntimeHasEveryModuleThatTheJarsNeed() throws Exception {
    Path app = BuiltPackages.withoutCaches().resolve("app");
    Ended needed =
        Ended.of(
            Map.of(),
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "jdeps").toString(),
                "-J-XX:TieredStopAtLevel=1",
                "-J-XX:+UseSerialGC",
                "--multi-release",
                "25",
                "--ignore-missing-deps",
                "--print-module-deps",
                "-q",
                "-cp",
                app + "/lib/*",
                app + "/tertulia-server.jar"));
    String release = Files.readString(BuiltPackages.withoutCaches().resolve("runtime/release"));
    String modules = release.substring(release.indexOf("MODULES="));
    assertThat(needed.exit()).as(needed.out()).isZero();
    List<String> names =
        new ArrayList<>(List.of(needed.out().strip().lines().toList().getLast().split(",", -1)));
    // For a part of Micrometer that nobody uses here.
    names.remove("java.desktop");
    assertThat(modules.split("[\" ]", -1)).containsAll(names);
  }

  @Test
  void theLicenceOfEveryLibraryIsNamed() throws Exception {
    String named =
        Files.readString(BuiltPackages.PROJECT.resolve("packaging/files/debian/copyright"));
    List<String> beginnings =
        Pattern.compile("app/lib/(\\S+)\\*")
            .matcher(named)
            .results()
            .map(match -> match.group(1))
            .toList();
    try (Stream<Path> libraries = Files.list(BuiltPackages.withoutCaches().resolve("app/lib"))) {
      assertThat(libraries.map(library -> library.getFileName().toString()))
          .filteredOn(name -> name.endsWith(".jar"))
          .isNotEmpty()
          .allMatch(name -> beginnings.stream().anyMatch(name::startsWith));
    }
  }

  @Test
  void theProgramNamesItselfAsItsUserDoes() throws Exception {
    String tertulia = BuiltPackages.withoutCaches().resolve("bin/tertulia").toString();
    assertThat(Ended.of(Map.of(), List.of(tertulia, "--version")).out())
        .matches("tertulia \\d+\\.\\d+\\.\\d+\n");
    assertThat(Ended.of(Map.of(), List.of(tertulia)).out()).contains("serve", "notify", "backup");
    assertThat(Ended.of(Map.of(), List.of(tertulia, "send", "--help")).out())
        .contains("  tertulia send lobby")
        .doesNotContain("./tertulia");
    Ended wrong = Ended.of(Map.of(), List.of(tertulia, "srve"));
    assertThat(wrong.exit()).isEqualTo(2);
    assertThat(wrong.out()).contains("see tertulia --help");
  }

  @Test
  void theManualPageAndTheCompletionsAreSound() throws Exception {
    Path share = BuiltPackages.withoutCaches().resolve("share");
    Path manual = share.resolve("man/man1/tertulia.1");
    Ended shown =
        Ended.of(
            Map.of("LC_ALL", "C.UTF-8", "MANWIDTH", "100"),
            List.of("man", "--warnings=w", "-l", "-Tutf8", "-P", "cat", manual.toString()));
    assertThat(shown.exit()).isZero();
    assertThat(shown.out())
        .contains("TERTULIA(1)", "address to listen on")
        .doesNotContain("warning:");
    for (List<String> check :
        List.of(
            List.of("bash", "-n", share + "/completions/tertulia.bash"),
            List.of("zsh", "-n", share + "/completions/_tertulia"),
            List.of("fish", "-n", share + "/completions/tertulia.fish"))) {
      Ended checked = Ended.of(Map.of(), check);
      assertThat(checked.exit()).as("%s: %s", check, checked.out()).isZero();
    }
    Ended completed =
        Ended.of(
            Map.of(),
            List.of(
                "bash",
                "-c",
                ". '%s/completions/tertulia.bash'; COMP_WORDS=(tertulia key cr); COMP_CWORD=2; _tertulia; echo \"${COMPREPLY[@]}\""
                    .formatted(share)));
    assertThat(completed.out().strip()).isEqualTo("create");
    Ended fish =
        Ended.of(
            Map.of("HOME", folder.toString()),
            List.of(
                "fish",
                "-c",
                "source '%s/completions/tertulia.fish'; complete -C 'tertulia key cr'"
                    .formatted(share)));
    assertThat(fish.out()).startsWith("create\t");
  }

  @Test
  @Tag("long")
  void twoBuildsOfOneCommitAreEqualToTheByte() throws Exception {
    Path other =
        BuiltPackages.make(
                folder.resolve("out"),
                Path.of("target").toAbsolutePath(),
                Map.of("TZ", "Asia/Tokyo", "LC_ALL", "C", "HOME", folder.toString()),
                "deb")
            .getLast();
    assertThat(Files.mismatch(BuiltPackages.debian(), other)).isEqualTo(-1);
  }

  /// An emulated Nehalem has no AVX; the machines on which packages are made do.
  @Test
  @Tag("long")
  void theArchiveServesOnACpuWithoutAvx() throws Exception {
    Path program = copy();
    Path java = program.resolve("runtime/bin/java");
    Files.move(java, java.resolveSibling("java.real"));
    Files.writeString(
        java,
        "#!/bin/sh\nexec qemu-x86_64 -cpu Nehalem '%s' \"$@\"\n"
            .formatted(java.resolveSibling("java.real")));
    assertThat(java.toFile().setExecutable(true)).isTrue();
    Process server = start(program, Map.of("TERTULIA_TRANSPORT", "nio"));
    try (BufferedReader out = server.inputReader()) {
      Matcher port = PORT.matcher(greeting(out));
      assertThat(port.find()).isTrue();
      assertThat(page(port.group(1))).contains("<title>");
    } finally {
      server.destroyForcibly();
    }
  }
}
