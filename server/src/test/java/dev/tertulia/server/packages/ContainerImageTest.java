package dev.tertulia.server.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.TestServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The image, as a registry and `docker load` read it; and its root file system, run with its own
/// user, variables and command.
@Tag("packages")
@Tag("long")
final class ContainerImageTest {
  @TempDir private Path folder;

  private Path unpacked() throws Exception {
    run("tar", "-xf", BuiltPackages.image().toString(), "-C", folder.toString());
    return folder;
  }

  private static void run(String... command) throws Exception {
    Ended ended = Ended.of(Map.of(), List.of(command));
    assertThat(ended.exit()).as(ended.out()).isZero();
  }

  private Json json(String digest) throws IOException {
    return Json.parse(Files.readString(blob(digest)));
  }

  private Path blob(String digest) {
    return folder.resolve("blobs").resolve(digest.replace(':', '/'));
  }

  private static String digest(InputStream content) throws Exception {
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    try (DigestInputStream in = new DigestInputStream(content, sha)) {
      in.transferTo(java.io.OutputStream.nullOutputStream());
    }
    return "sha256:" + HexFormat.of().formatHex(sha.digest());
  }

  private void assertSound(Json described) throws Exception {
    Path blob = blob(described.text("digest"));
    assertThat(Files.size(blob)).isEqualTo(described.number("size"));
    assertThat(digest(Files.newInputStream(blob))).isEqualTo(described.text("digest"));
  }

  private Json manifest() throws Exception {
    Json index = Json.parse(Files.readString(folder.resolve("index.json")));
    Json described = index.objects("manifests").getFirst();
    assertSound(described);
    return json(described.text("digest"));
  }

  private static Json object(Json json, String field) {
    return (Json) java.util.Objects.requireNonNull(json.fields().get(field));
  }

  @Test
  void theLayoutIsThatOfTheOpenContainerInitiativeAndOfDocker() throws Exception {
    unpacked();
    assertThat(Files.readString(folder.resolve("oci-layout")))
        .isEqualTo("{\"imageLayoutVersion\":\"1.0.0\"}");
    Json manifest = manifest();
    Json described = object(manifest, "config");
    assertSound(described);
    Json config = json(described.text("digest"));
    List<Json> layers = manifest.objects("layers");
    List<String> plain = object(config, "rootfs").texts("diff_ids");
    assertThat(layers).hasSize(3).hasSameSizeAs(plain).hasSameSizeAs(config.objects("history"));
    for (int i = 0; i < layers.size(); i++) {
      assertSound(layers.get(i));
      Path blob = blob(layers.get(i).text("digest"));
      assertThat(digest(new GZIPInputStream(Files.newInputStream(blob)))).isEqualTo(plain.get(i));
    }
    Json run = object(config, "config");
    assertThat(run.text("User")).matches("[1-9]\\d+:[1-9]\\d+");
    assertThat(run.texts("Entrypoint")).containsExactly("/opt/tertulia/bin/tertulia");
    assertThat(run.texts("Cmd")).containsExactly("serve");
    assertThat(object(run, "Healthcheck").texts("Test").getFirst()).isEqualTo("CMD-SHELL");

    String docker = Files.readString(folder.resolve("manifest.json"));
    Json loaded = Json.parse(docker.substring(1, docker.length() - 1));
    assertThat(loaded.text("Config")).isEqualTo(path(described));
    assertThat(loaded.texts("Layers"))
        .isEqualTo(layers.stream().map(ContainerImageTest::path).toList());
  }

  private static String path(Json described) {
    return "blobs/" + described.text("digest").replace(':', '/');
  }

  /// The root is read-only, `/tmp` is mounted noexec, and the user is not root.
  @Test
  void itServesFromAReadOnlyRootAndKnowsItsHealth() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root can mount");
    unpacked();
    Json manifest = manifest();
    Path root = Files.createDirectory(folder.resolve("root"));
    for (Json layer : manifest.objects("layers")) {
      run("tar", "-xpf", blob(layer.text("digest")).toString(), "-C", root.toString());
    }
    Json run = object(json(object(manifest, "config").text("digest")), "config");

    // Not on the network without knowing whom to trust.
    Ended refused = Ended.of(Map.of(), contained(root, run, List.of()));
    assertThat(refused.exit()).isEqualTo(2);
    assertThat(refused.out().strip().lines()).singleElement().asString().contains("auth.mode");

    Process server =
        new ProcessBuilder(contained(root, run, List.of("TERTULIA_AUTH_OPEN_ON_NETWORK=true")))
            .redirectErrorStream(true)
            .start();
    try (BufferedReader out = server.inputReader()) {
      String line = out.readLine();
      while (line != null && !line.contains("listens on")) {
        line = out.readLine();
      }
      assertThat(line).contains("http://0.0.0.0:8000", "/var/lib/tertulia");
      ProcessHandle inside = server.descendants().reduce((outer, inner) -> inner).orElseThrow();
      assertThat(Files.readString(Path.of("/proc/" + inside.pid() + "/status")))
          .containsPattern("Uid:\\t" + run.text("User").replaceFirst(":.*", ""));
      String check = object(run, "Healthcheck").texts("Test").getLast();
      await("healthy")
          .atMost(TestServer.PATIENCE)
          .until(
              () ->
                  Ended.of(
                          Map.of(),
                          List.of(
                              "nsenter",
                              "-t",
                              "" + inside.pid(),
                              "-m",
                              "-n",
                              "-r",
                              "/bin/sh",
                              "-c",
                              check))
                      .exit(),
              exit -> exit == 0);
      inside.destroy();
      assertThat(server.waitFor(TestServer.PATIENCE.multipliedBy(2).toSeconds(), TimeUnit.SECONDS))
          .isTrue();
      assertThat(server.exitValue()).isZero();
    } finally {
      server.descendants().forEach(ProcessHandle::destroyForcibly);
      server.destroyForcibly();
    }
  }

  /// What a container engine does, as far as it matters here.
  private List<String> contained(Path root, Json run, List<String> variables) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "unshare",
                "--mount",
                "--net",
                "--fork",
                "--kill-child",
                "sh",
                Path.of("src/test/resources/packages/contain").toAbsolutePath().toString(),
                root.toString(),
                run.text("User")));
    command.addAll(run.texts("Env"));
    command.addAll(List.of("TERTULIA_DRAIN_GRACE=0s", "TERTULIA_DRAIN_PERIOD=0s"));
    command.addAll(variables);
    command.addAll(run.texts("Entrypoint"));
    command.addAll(run.texts("Cmd"));
    return command;
  }
}
