package dev.tertulia.server.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The image, and the one that the Dockerfile makes of the archive, in a container engine: Podman,
/// whose images and containers are in a folder of the test.
@Tag("packages")
@Tag("long")
final class ContainerEngineTest {
  private static final String PAGE = "http://127.0.0.1:8000/";

  /// Not every user that is root may have more.
  private static final List<String> LIMITS =
      List.of("--ulimit", "nofile=10000:10000", "--ulimit", "nproc=4096:4096");

  @TempDir private Path folder;

  /// Making the packages takes minutes on a busy machine.
  @BeforeAll
  @Timeout(value = 15, unit = TimeUnit.MINUTES)
  static void makePackages() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root can have containers");
    BuiltPackages.image();
  }

  @AfterEach
  void removeContainers() throws Exception {
    if (Files.exists(folder.resolve("storage"))) {
      run("podman", List.of("rm", "--force", "--all", "--time", "0"));
      Ended.of(Map.of(), List.of("umount", "-l", folder.resolve("storage/overlay").toString()));
    }
  }

  private Ended run(String engine, List<String> arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                engine,
                "--root",
                folder.resolve("storage").toString(),
                "--runroot",
                folder.resolve("run").toString(),
                "--log-level",
                "fatal"));
    command.addAll(arguments);
    try {
      return Ended.of(Map.of(), command);
    } catch (IOException e) {
      throw new AssertionError(
          engine + " is missing: apt-get install podman buildah containernetworking-plugins runc",
          e);
    }
  }

  private String podman(String... arguments) throws Exception {
    Ended ended = run("podman", List.of(arguments));
    assertThat(ended.exit()).as("%s: %s", List.of(arguments), ended.out()).isZero();
    return ended.out().strip();
  }

  @Test
  void theImageServesIsHealthyAndStops() throws Exception {
    // As the archive for Docker that it is too: the other format has no health check.
    assertServesIsHealthyAndStops(podman("pull", "-q", "docker-archive:" + BuiltPackages.image()));
  }

  @Test
  void theDockerfileMakesAnImageOfTheArchive() throws Exception {
    Path archive = BuiltPackages.archive();
    Path base = folder.resolve("base.tar");
    Ended packed =
        Ended.of(
            Map.of(),
            List.of("tar", "-C", DebianMachine.root().toString(), "-cf", base.toString(), "."));
    assertThat(packed.exit()).as(packed.out()).isZero();
    podman("import", "-q", base.toString(), "docker.io/library/debian:bookworm-slim");
    Files.delete(base);
    Files.createLink(
        Files.createDirectory(folder.resolve("context")).resolve(archive.getFileName()), archive);
    List<String> build =
        new ArrayList<>(
            List.of(
                "bud",
                "--runtime=runc",
                "--network=host",
                "--pull-never",
                "--format=docker",
                "--file=" + BuiltPackages.PROJECT.resolve("packaging/Dockerfile"),
                "--build-arg=ARCHIVE=" + archive.getFileName(),
                "--tag=built"));
    build.addAll(LIMITS);
    build.add(folder.resolve("context").toString());
    Ended built = run("buildah", build);
    assertThat(built.exit()).as(built.out()).isZero();
    assertServesIsHealthyAndStops("built");
  }

  /// It has a read-only root, a `/tmp` mounted noexec, no capabilities, and the system calls that
  /// the engine permits by default. With the flag for the JVM it would not start without the cache.
  private void assertServesIsHealthyAndStops(String image) throws Exception {
    List<String> start =
        new ArrayList<>(
            List.of(
                "--runtime=runc",
                "run",
                "--detach",
                "--name=tertulia",
                "--network=none",
                "--read-only",
                "--tmpfs=/tmp:noexec",
                "--cap-drop=ALL",
                "--security-opt=no-new-privileges",
                "--env=TERTULIA_AUTH_OPEN_ON_NETWORK=true",
                "--env=TERTULIA_DRAIN_GRACE=0s",
                "--env=TERTULIA_DRAIN_PERIOD=0s",
                "--env=TERTULIA_JAVA_OPTS=-XX:AOTMode=on"));
    start.addAll(LIMITS);
    start.add(image);
    podman(start.toArray(String[]::new));
    await("the first page")
        .atMost(TestServer.PATIENCE)
        .untilAsserted(() ->
            assertThat(podman("exec", "tertulia", "wget", "-q", "-O", "-", PAGE))
                .contains("<title>"));
    podman("healthcheck", "run", "tertulia");
    assertThat(podman("exec", "tertulia", "cat", "/proc/1/status"))
        .containsPattern("Uid:\\t10001\\t10001");
    assertThat(
            podman(
                "exec",
                "--env=TERTULIA_JAVA_OPTS=",
                "tertulia",
                "tertulia",
                "backup",
                "--to",
                "/var/lib/tertulia/backup.sqlite"))
        .contains("verified");
    podman("stop", "--time", "90", "tertulia");
    assertThat(podman("inspect", "--format", "{{.State.ExitCode}}", "tertulia")).isEqualTo("0");
    assertThat(podman("logs", "tertulia"))
        .contains("listens on http://0.0.0.0:8000 (epoll", "not io_uring", "Tertulia has stopped");
  }
}
