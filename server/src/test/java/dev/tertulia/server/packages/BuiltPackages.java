package dev.tertulia.server.packages;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;

/// Packages, made as `./tertulia package` makes them, of the jar that was built before the tests,
/// and of a later version of it. What was made of the same build is not made again.
final class BuiltPackages {
  static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

  /// The version that comes after the one that was built.
  static final String NEXT = "99.0.0";

  /// The date of all files, so that it does not depend on the commit.
  static final Instant DATE = Instant.parse("2026-11-23T00:00:00Z");

  private static final Path SERVER = Path.of("target").toAbsolutePath();
  private static final Path OUT = SERVER.resolve("packages");
  private static final String JAR = "tertulia-server.jar";

  private BuiltPackages() {}

  /// The program as it lies unpacked, with its start-up caches.
  static Path unpacked() throws Exception {
    String archive = archive().getFileName().toString();
    return OUT.resolve("work").resolve(archive.replaceFirst("-linux-.*", ""));
  }

  /// The program as it lies unpacked, without start-up caches, which take as long to make as all
  /// else.
  static Path withoutCaches() throws Exception {
    Path out = OUT.resolve("without-caches");
    String debian = made(SERVER, out, "without-caches", "deb").getLast().getFileName().toString();
    return out.resolve("work").resolve(debian.replaceFirst("_([^_]*)_.*", "-$1"));
  }

  /// The archive.
  static Path archive() throws Exception {
    return ofThisVersion(".tar.gz");
  }

  /// The package for Debian.
  static Path debian() throws Exception {
    return ofThisVersion(".deb");
  }

  /// The image for containers.
  static Path image() throws Exception {
    return ofThisVersion(".tar");
  }

  /// All are made at once, of the same files.
  private static Path ofThisVersion(String end) throws Exception {
    return made(SERVER, OUT, "packages", "archive", "deb", "image").stream()
        .filter(file -> file.toString().endsWith(end))
        .findFirst()
        .orElseThrow();
  }

  /// The package for Debian of the next version.
  static Path nextDebian() throws Exception {
    Path next = OUT.resolve("next");
    Files.createDirectories(next);
    Path lib = next.resolve("lib");
    if (!Files.exists(lib)) {
      Files.createSymbolicLink(lib, SERVER.resolve("lib"));
    }
    Path jar = next.resolve(JAR);
    if (!Files.exists(jar) || isOlder(jar, builtJar())) {
      writeNext(jar);
    }
    return made(next, OUT, "next", "deb").getLast();
  }

  private static Path builtJar() {
    Path jar = SERVER.resolve(JAR);
    assertThat(jar).as("the jar: ./mvnw -pl server package -DskipTests builds it").exists();
    return jar;
  }

  private static boolean isOlder(Path file, Path than) throws IOException {
    return Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(than)) < 0;
  }

  private static void writeNext(Path to) throws IOException {
    try (JarFile from = new JarFile(builtJar().toFile());
        OutputStream file = Files.newOutputStream(to)) {
      Manifest manifest = from.getManifest();
      manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, NEXT);
      try (JarOutputStream out = new JarOutputStream(file, manifest)) {
        for (JarEntry entry : from.stream().toList()) {
          if (!entry.getName().equals(JarFile.MANIFEST_NAME)) {
            out.putNextEntry(new ZipEntry(entry.getName()));
            from.getInputStream(entry).transferTo(out);
          }
        }
      }
    }
  }

  /// @param name of the note about what was made
  private static List<Path> made(Path server, Path out, String name, String... kinds)
      throws Exception {
    Path note = OUT.resolve(name + ".made");
    Path jar = builtJar();
    if (Files.exists(note) && !isOlder(note, jar) && !isOlder(note, newestSource())) {
      List<Path> files = Files.readAllLines(note).stream().map(Path::of).toList();
      if (files.stream().allMatch(Files::exists)) {
        return files;
      }
    }
    Files.createDirectories(OUT);
    FileTime began = FileTime.from(Instant.now());
    List<Path> files = make(out, server, Map.of(), kinds);
    Files.write(note, files.stream().map(Path::toString).toList());
    Files.setLastModifiedTime(note, began);
    return files;
  }

  private static Path newestSource() throws IOException {
    try (var files = Files.walk(PROJECT.resolve("packaging"))) {
      Path newest = PROJECT.resolve("CHANGELOG.md");
      for (Path file : files.filter(each -> !each.toString().contains("/target")).toList()) {
        if (isOlder(newest, file)) {
          newest = file;
        }
      }
      return newest;
    }
  }

  /// Runs the build of the packages.
  ///
  /// @param environment further variables
  /// @return the files that it has made
  static List<Path> make(
      Path out, Path server, Map<String, String> environment, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add(PROJECT + "/packaging/src/main/java/dev/tertulia/packaging/Main.java");
    command.addAll(List.of(PROJECT.toString(), server.toString(), out.toString()));
    command.addAll(List.of(arguments));
    Map<String, String> variables = new java.util.HashMap<>(environment);
    variables.put("SOURCE_DATE_EPOCH", String.valueOf(DATE.getEpochSecond()));
    Ended ended = Ended.of(variables, command);
    assertThat(ended.exit()).as(ended.toString()).isZero();
    return ended
        .out()
        .lines()
        .filter(line -> line.startsWith(out.toString()))
        .map(Path::of)
        .toList();
  }
}
