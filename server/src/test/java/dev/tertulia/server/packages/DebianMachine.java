package dev.tertulia.server.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A fresh Debian, without a JDK and without a network, in which systemd runs: a root file system
/// of `debootstrap`, which is kept for later runs, in namespaces. What happens in it is gone when
/// it is closed. Only root can have one.
final class DebianMachine implements AutoCloseable {
  private static final String PACKAGES = "curl,systemd,systemd-sysv";

  private final Path work;
  private final Process boot;
  private final long first;

  /// @param work an empty folder, which the machine sees as `/host`
  DebianMachine(Path work) throws Exception {
    this.work = work;
    Path root = root();
    Path script = Path.of("src/test/resources/packages/boot").toAbsolutePath();
    boot =
        new ProcessBuilder("sh", script.toString(), root.toString(), work.toString())
            .redirectErrorStream(true)
            .redirectOutput(work.resolve("boot.log").toFile())
            .start();
    first =
        await("the machine boots")
            .atMost(TestServer.PATIENCE)
            .until(
                () -> boot.children().findFirst().map(ProcessHandle::pid).orElse(0L),
                pid -> pid > 0);
    await("systemd has booted")
        .atMost(TestServer.PATIENCE.multipliedBy(4))
        .pollInterval(java.time.Duration.ofMillis(200))
        .until(() -> run("systemctl", "is-system-running").out().strip(), "running"::equals);
  }

  /// The root file system, which is made if it is not there.
  static Path root() throws Exception {
    Path cache = Path.of(System.getProperty("user.home"), ".cache", "tertulia-tests");
    Path root = cache.resolve("debian-" + PACKAGES.replace(',', '-'));
    if (!Files.exists(root)) {
      Files.createDirectories(cache);
      Path fresh = cache.resolve("new-" + ProcessHandle.current().pid());
      String source =
          Ended.of(
                  Map.of(),
                  List.of(
                      "apt-get",
                      "indextargets",
                      "--format",
                      "$(REPO_URI) $(CODENAME)",
                      "Created-By: Packages"))
              .out()
              .lines()
              .filter(line -> !line.contains("-security") && !line.contains("-updates"))
              .findFirst()
              .orElseThrow(() -> new AssertionError("apt has no list of packages: apt-get update"));
      String[] parts = source.split(" ", -1);
      Ended made;
      try {
        made =
            Ended.of(
                Map.of(),
                List.of(
                    "debootstrap",
                    "--variant=minbase",
                    "--include=" + PACKAGES,
                    parts[1],
                    fresh.toString(),
                    parts[0]));
      } catch (IOException e) {
        throw new AssertionError("debootstrap is missing: apt-get install debootstrap", e);
      }
      assertThat(made.exit()).as(made.toString()).isZero();
      Files.move(fresh, root);
    }
    return root;
  }

  /// Makes a file of this machine visible in it.
  ///
  /// @return its path there
  String give(Path file) throws IOException {
    Files.copy(file, work.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
    return "/host/" + file.getFileName();
  }

  /// Runs a program in it.
  Ended run(String... command) throws IOException, InterruptedException {
    List<String> all =
        new ArrayList<>(
            List.of("nsenter", "-t", "" + first, "-m", "-p", "-u", "-i", "-n", "-C", "-r", "-w"));
    all.addAll(
        List.of(
            "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive"));
    all.addAll(List.of(command));
    return Ended.of(Map.of(), all);
  }

  /// Runs a shell's command in it, which must succeed.
  ///
  /// @return what it printed
  String sh(String command) throws IOException, InterruptedException {
    Ended ended = run("sh", "-ec", command);
    assertThat(ended.exit()).as("%s: %s", command, ended.out()).isZero();
    return ended.out().strip();
  }

  /// The command that runs a program of this machine in the network of that one.
  List<String> inItsNetwork(List<String> command) {
    List<String> all = new ArrayList<>(List.of("nsenter", "-t", "" + first, "-n"));
    all.addAll(command);
    return all;
  }

  @Override
  public void close() {
    try (Stream<ProcessHandle> inside = boot.descendants()) {
      inside.toList().forEach(ProcessHandle::destroyForcibly);
    }
    boot.destroyForcibly();
    boot.onExit().join();
  }
}
