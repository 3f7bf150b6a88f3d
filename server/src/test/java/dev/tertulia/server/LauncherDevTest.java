package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.TestServer;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `./tertulia dev`, in a copy of the project with the server's sources as they are, and without
/// Maven.
@Tag("system")
final class LauncherDevTest {
  private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
  private static final String MAIN = "server/src/main/java/dev/tertulia/server/Main.java";
  private static final String BEGIN = "int exit =";

  /// It compiles, and starts two JVMs in turn.
  private static final Duration PATIENCE = TestServer.PATIENCE.multipliedBy(4);

  private static final Pattern ADDRESS = Pattern.compile("listens on (http://\\S+:\\d+)");

  @TempDir private Path project;

  /// Everything that it has printed. Guarded by itself.
  private final List<String> lines = new ArrayList<>();

  @Test
  @Tag("long")
  void aSavedSourceRestartsTheServerAndASavedPageIsServedImmediately() throws Exception {
    layOut();
    Process dev = start();
    try {
      URI address = address(0);
      Path page = project.resolve("web/index.html");
      Files.writeString(page, Files.readString(page).replace("<body", "<body data-saved"));
      assertThat(get(address)).contains("<body data-saved");
      assertThat(get(address.resolve("/static/tertulia.js")))
          .isEqualTo("export * from './client/index.js';\n");
      assertThat(get(address.resolve("/static/client/index.js")))
          .isEqualTo(Files.readString(project.resolve("client-js/src/index.js")));

      Path source = project.resolve(MAIN);
      String text = Files.readString(source);
      assertThat(text).contains(BEGIN);
      int before = lines().size();
      Files.writeString(source, text.replace(BEGIN, "System.out.println(\"saved\"); " + BEGIN));
      await(before, "saved");
      URI again = address(before);
      assertThat(get(again)).contains("<body data-saved");

      int broken = lines().size();
      Files.writeString(source, text.replace(BEGIN, "whole exit ="));
      await(broken, "the server goes on as it was");
      assertThat(String.join("\n", lines())).contains("Main.java:", "class whole");
      assertThat(get(again)).contains("<body data-saved");

      int mended = lines().size();
      Files.writeString(source, text);
      assertThat(get(address(mended))).contains("<body data-saved");
      assertThat(lines().subList(mended, lines().size())).doesNotContain("saved");

      dev.toHandle().destroy();
      assertThat(dev.waitFor(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(dev.exitValue()).isZero();
      try (Stream<Path> left = Files.list(project.resolve("server/target"))) {
        assertThat(left.map(file -> file.getFileName().toString()))
            .containsExactlyInAnyOrder("built", "classes", "lib");
      }
    } finally {
      dev.descendants().forEach(ProcessHandle::destroyForcibly);
      dev.destroyForcibly().waitFor();
    }
  }

  /// What the build has left, newer than all sources.
  private void layOut() throws Exception {
    for (String name :
        List.of(
            "tertulia",
            "packaging/jvm-flags.sh",
            "packaging/launch.sh",
            "pom.xml",
            "server/pom.xml",
            "server/libraries/pom.xml",
            "server/src/main",
            "web",
            "client-js/src",
            "dev/src")) {
      copy(PROJECT.resolve(name), project.resolve(name));
    }
    Path build = project.resolve("server/target");
    copy(
        Path.of(Server.class.getProtectionDomain().getCodeSource().getLocation().toURI()),
        build.resolve("classes"));
    Manifest libraries = new Manifest();
    libraries.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    libraries
        .getMainAttributes()
        .put(
            Attributes.Name.CLASS_PATH,
            Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.endsWith(".jar"))
                .map(entry -> Path.of(entry).toUri().toString())
                .collect(Collectors.joining(" ")));
    Path jar = Files.createDirectories(build.resolve("lib")).resolve("all.jar");
    new JarOutputStream(Files.newOutputStream(jar), libraries).close();
    Files.createFile(build.resolve("built"));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path file : all.toList()) {
        Path copy = to.resolve(from.relativize(file).toString());
        Files.createDirectories(Files.isDirectory(file) ? copy : copy.getParent());
        if (!Files.isDirectory(file)) {
          Files.copy(file, copy);
        }
      }
    }
  }

  private Process start() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            "/bin/sh",
            project.resolve("tertulia").toString(),
            "dev",
            "--port",
            "0",
            "--data",
            project.resolve("data").toString());
    builder.redirectErrorStream(true);
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.startsWith("TERTULIA_") || name.endsWith("_OPTIONS"));
    builder.environment().put("TERTULIA_LIMITS_CONNECTIONS", "500");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("MAVEN_HOME", "/nonexistent");
    Process process = builder.start();
    Thread.ofVirtual()
        .start(() ->
            process
                .inputReader()
                .lines()
                .forEach(line -> {
                  synchronized (lines) {
                    lines.add(line);
                  }
                }));
    return process;
  }

  private List<String> lines() {
    synchronized (lines) {
      return List.copyOf(lines);
    }
  }

  /// Waits for a line that contains `text`, after the first `from` lines.
  private String await(int from, String text) {
    return Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () ->
                lines().stream()
                    .skip(from)
                    .filter(line -> line.contains(text))
                    .findFirst()
                    .orElse(""),
            line -> !line.isEmpty());
  }

  /// Where the server listens that says so after the first `from` lines.
  private URI address(int from) {
    Matcher address = ADDRESS.matcher(await(from, "listens on"));
    assertThat(address.find()).isTrue();
    return URI.create(address.group(1));
  }

  private static String get(URI address) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }
}
