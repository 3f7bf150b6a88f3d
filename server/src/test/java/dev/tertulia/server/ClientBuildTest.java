package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tertulia.server.testing.TestServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The built modules of the JavaScript client, in `client-js/dist`, are those that its `build`
/// script makes of its sources, so that the server can be built without Node. With
/// `-Dclient.write=true`, the test writes them instead.
final class ClientBuildTest {
  private static final Path CLIENT = Path.of("..", "client-js").toAbsolutePath().normalize();
  private static final Path BUILT = CLIENT.resolve("dist");
  private static final Pattern BUILD =
      Pattern.compile("\"build\": \"esbuild ((?:[^\"\\\\]|\\\\.)*)\"");
  private static final String SHORTENED = "--mangle-props=";
  private static final Pattern ESBUILD = Pattern.compile("\"esbuild\": \"([^\"]*)\"");
  private static final Pattern VERSION = Pattern.compile("\"version\": \"([^\"]*)\"");
  private static final Pattern PROJECT_VERSION = Pattern.compile("<version>([^<]*)</version>");
  private static final Pattern MODULE_VERSION = Pattern.compile("const version = '([^']*)'");

  /// The modules, and their maximum sizes, compressed with gzip as the server does it.
  private static final Map<String, Integer> BOUNDS =
      Map.ofEntries(
          Map.entry("tertulia.js", 10_000),
          Map.entry("tertulia-http.js", 3_800),
          Map.entry("tertulia-more.js", 2_000),
          Map.entry("tertulia-view.js", 3_500));

  @TempDir private Path folder;

  @Test
  void theBuiltModulesAreThoseOfTheSources() throws Exception {
    assumeTrue(
        System.getProperty("os.name").equals("Linux")
            && System.getProperty("os.arch").equals("amd64"),
        "the program that builds it is for Linux on x86-64");
    Path out = folder.resolve("dist");
    build(out, options -> {});
    if (Boolean.getBoolean("client.write")) {
      write(out);
    }
    Map<String, String> made = contents(out);
    Map<String, String> built = contents(BUILT);
    Set<String> names = new TreeSet<>(made.keySet());
    names.addAll(built.keySet());
    names.removeIf(name -> Objects.equals(made.get(name), built.get(name)));
    assertThat(names)
        .as(
            """
            modules in client-js/dist that are not what the sources make: build them again, with one of
              ./mvnw -pl server test -Dtest=ClientBuildTest -Dclient.write=true
              cd client-js && npm install && npm run build
            """)
        .isEmpty();
  }

  /// The names that the build shortens are those that `tertulia.js` keeps to itself. The other
  /// modules, which may come from a cache of another version, are the same without that.
  @Test
  void onlyInternalNamesAreShortened() throws Exception {
    String names =
        options().stream().filter(option -> option.startsWith(SHORTENED)).findFirst().orElseThrow();
    Pattern member =
        Pattern.compile(
            "\\b(?:%s)\\b\\??[:(]"
                .formatted(names.replaceAll("^" + SHORTENED + "\\^\\(|\\)\\$$", "")));
    for (String types : List.of("tertulia.d.ts", "tertulia-view.d.ts")) {
      assertThat(Files.readString(CLIENT.resolve(types))).doesNotContainPattern(member);
    }
    Path out = folder.resolve("long");
    build(out, options -> options.removeIf(option -> option.startsWith(SHORTENED)));
    Map<String, String> plain = contents(out);
    Map<String, String> built = contents(BUILT);
    assertThat(plain.remove("tertulia.js")).isNotEqualTo(built.remove("tertulia.js"));
    assertThat(built).isEqualTo(plain);
  }

  @Test
  void theModulesAreSmall() throws IOException {
    Map<String, Integer> sizes = new TreeMap<>();
    for (String module : contents(BUILT).keySet()) {
      sizes.put(module, gzippedSize(Files.readAllBytes(BUILT.resolve(module))));
    }
    assertThat(sizes).containsOnlyKeys(BOUNDS.keySet());
    assertThat(sizes)
        .as("bytes after gzip")
        .allSatisfy(
            (module, size) -> assertThat(size).as(module).isLessThanOrEqualTo(BOUNDS.get(module)));
  }

  @Test
  void theClientHasTheVersionOfTheServer() throws IOException {
    String server = only(PROJECT_VERSION, CLIENT.resolveSibling("pom.xml"));
    assertThat(only(VERSION, CLIENT.resolve("package.json"))).isEqualTo(server);
    assertThat(only(MODULE_VERSION, CLIENT.resolve("src/tertulia.js"))).isEqualTo(server);
  }

  private void build(Path out, Consumer<List<String>> options)
      throws IOException, InterruptedException {
    Path description = CLIENT.resolve("package.json");
    List<String> command = new ArrayList<>(List.of(esbuild(only(ESBUILD, description)).toString()));
    command.addAll(options());
    options.accept(command);
    assertThat(command.removeLast()).isEqualTo("--outdir=dist");
    command.addAll(List.of("--outdir=" + out, "--log-level=warning"));
    Path log = folder.resolve("log");
    Process build =
        new ProcessBuilder(command)
            .directory(CLIENT.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    boolean ended = build.waitFor(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(ended && build.exitValue() == 0).as(Files.readString(log)).isTrue();
  }

  /// What the `build` script gives the program.
  private static List<String> options() throws IOException {
    return List.of(only(BUILD, CLIENT.resolve("package.json")).replace("\\\"", "").split(" "));
  }

  /// The program, out of its WebJar, which must be of the version that `package.json` names.
  private Path esbuild(String version) throws IOException {
    String name = "META-INF/resources/webjars/esbuild__linux-x64/%s/bin/esbuild".formatted(version);
    Path program = folder.resolve("esbuild");
    try (InputStream packed = getClass().getClassLoader().getResourceAsStream(name)) {
      assertThat(packed)
          .as("esbuild %s on the class path: package.json and pom.xml must agree", version)
          .isNotNull();
      Files.copy(packed, program);
    }
    assertThat(program.toFile().setExecutable(true)).isTrue();
    return program;
  }

  private static void write(Path out) throws IOException {
    Files.createDirectories(BUILT);
    for (String module : contents(BUILT).keySet()) {
      Files.delete(BUILT.resolve(module));
    }
    for (String module : contents(out).keySet()) {
      Files.copy(out.resolve(module), BUILT.resolve(module), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static Map<String, String> contents(Path folder) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        contents.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    return contents;
  }

  private static int gzippedSize(byte[] bytes) throws IOException {
    ByteArrayOutputStream small = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(small)) {
      out.write(bytes);
    }
    return small.size();
  }

  /// What the group of `pattern` is where it is first found in `file`.
  private static String only(Pattern pattern, Path file) throws IOException {
    Matcher matcher = pattern.matcher(Files.readString(file));
    assertThat(matcher.find()).as("%s in %s", pattern, file).isTrue();
    return matcher.group(1);
  }
}
