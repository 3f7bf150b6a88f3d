package dev.tertulia.packaging;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/// The program as it lies unpacked on a machine: `bin/tertulia`, the runtime, the jars, machine
/// code beside them, pages for people. Every package is made of it.
///
/// @param project the folder of the sources
/// @param server the folder with the jar of the server and its libraries, as built
/// @param stage the folder in which it is laid out
/// @param version the server's
/// @param date of every file, in seconds
record Layout(
    Path project, Path server, Path stage, String version, Architecture architecture, long date) {
  private static final String JAR = "tertulia-server.jar";
  private static final String NATIVE = "lib/native";

  /// The end of the names of start-up caches, two of which are never equal.
  private static final String CACHE = ".aot";

  private static final int KIBI = 1024;

  /// Reads the version from a built server, and lays nothing out.
  static Layout of(Path project, Path server, Path work, long date)
      throws IOException, InterruptedException {
    Path jar = server.resolve(JAR);
    if (!Files.exists(jar)) {
      throw new PackagingException("the server is not built: there is no " + jar);
    }
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    String name = run(List.of(java.toString(), "-jar", jar.toString(), "--version")).strip();
    String version = name.substring(name.lastIndexOf(' ') + 1);
    return new Layout(
        project, server, work.resolve("tertulia-" + version), version, Architecture.here(), date);
  }

  /// The sources of what is packed as it is.
  Path files() {
    return project.resolve("packaging/files");
  }

  /// What is written about versions.
  byte[] changelog() throws IOException {
    return Files.readAllBytes(project.resolve("CHANGELOG.md"));
  }

  /// Whether two builds of one commit have the same bytes in a file.
  boolean isReproducible(Path file) {
    return !file.toString().endsWith(CACHE);
  }

  /// How much room it needs.
  long installedKibibytes() throws IOException {
    try (Stream<Path> files = Files.walk(stage)) {
      return files
          .filter(this::isReproducible)
          .filter(Files::isRegularFile)
          .mapToLong(file -> (file.toFile().length() + KIBI - 1) / KIBI)
          .sum();
    }
  }

  /// Lays it out, with the runtime that is in another folder.
  void lay(Path runtime) throws IOException, InterruptedException {
    Folders.delete(stage);
    for (String folder : List.of("app/lib", "bin", "lib", "share/completions", "share/man/man1")) {
      Files.createDirectories(stage.resolve(folder));
    }
    Folders.copy(runtime, stage.resolve("runtime"));
    jars();
    machineCode();
    copy(files().resolve("bin/tertulia"), "bin/tertulia");
    Files.setPosixFilePermissions(
        stage.resolve("bin/tertulia"), PosixFilePermissions.fromString("rwxr-xr-x"));
    copy(project.resolve("packaging/jvm-flags.sh"), "lib/jvm-flags.sh");
    copy(project.resolve("packaging/launch.sh"), "lib/launch.sh");
    copy(project.resolve("LICENSE"), "LICENSE");
    copy(files().resolve("README.md"), "README.md");
    Map<String, List<String>> written =
        Map.of(
            "share/man/man1/tertulia.1", List.of("manual"),
            "share/completions/tertulia.bash", List.of("completion", "bash"),
            "share/completions/_tertulia", List.of("completion", "zsh"),
            "share/completions/tertulia.fish", List.of("completion", "fish"));
    for (Map.Entry<String, List<String>> file : written.entrySet()) {
      Files.writeString(stage.resolve(file.getKey()), tertulia(file.getValue()));
    }
    Folders.date(stage, FileTime.from(date, TimeUnit.SECONDS));
  }

  /// Makes the start-up cache. Its files must have the date that they will have where it is used.
  void rehearse() throws IOException, InterruptedException {
    run(
        List.of(
            stage.resolve("bin/tertulia").toString(), "prepare", stage.resolve("lib").toString()));
    Folders.date(stage, FileTime.from(date, TimeUnit.SECONDS));
  }

  /// Only those that the manifest of the server names: a build leaves the libraries of earlier ones
  /// where they are.
  private void jars() throws IOException {
    copy(server.resolve(JAR), "app/" + JAR);
    String needed;
    try (JarFile jar = new JarFile(server.resolve(JAR).toFile())) {
      needed = jar.getManifest().getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
    }
    for (String name : needed.split(" ", -1)) {
      Path jar = server.resolve(name);
      Path to = stage.resolve("app").resolve(name);
      if (SlimJar.hasMachineCode(jar)) {
        SlimJar.copy(jar, to);
      } else {
        copy(jar, "app/" + name);
      }
    }
  }

  private void machineCode() throws IOException {
    Path from = server.resolve(NATIVE);
    String sqlite = "/Linux/" + architecture.sqlite() + "/";
    Predicate<Path> wanted =
        file ->
            file.toString().contains("_" + architecture.netty() + ".so")
                || file.toString().contains(sqlite);
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(wanted).filter(Files::isRegularFile).toList()) {
        copy(file, "app/" + NATIVE + "/" + from.relativize(file));
      }
    }
  }

  private void copy(Path from, String to) throws IOException {
    Path target = stage.resolve(to);
    Files.createDirectories(target.getParent());
    Files.copy(from, target);
    // Whatever the umask is, and whatever the permissions of a library were.
    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-r--r--"));
  }

  private String tertulia(List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new java.util.ArrayList<>();
    command.add(stage.resolve("runtime/bin/java").toString());
    command.add("-Dtertulia.program=tertulia");
    command.add("-jar");
    command.add(stage.resolve("app/" + JAR).toString());
    command.addAll(arguments);
    return run(command);
  }

  /// Runs a program to its end, without variables that are the server's.
  ///
  /// @return what it printed
  /// @throws PackagingException if it fails
  static String run(List<String> command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("TERTULIA_"));
    builder.environment().remove("XDG_CACHE_HOME");
    Process process = builder.start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exit = process.waitFor();
    if (exit != 0) {
      throw new PackagingException(
          "'%s' ended with %s: %s".formatted(String.join(" ", command), exit, said.strip()));
    }
    return said;
  }
}
