package dev.tertulia.server.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tertulia.server.testing.TestServer;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The life of the package on one Debian, from the installation to the purge, each test going on
/// where the one before has ended: systemd itself starts the server, with everything that the unit
/// says.
@Tag("packages")
@Tag("long")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class DebianPackageTest {
  private static final String PAGE = "http://127.0.0.1:8000/";
  private static final String OLDEST = PAGE + "api/v1/rooms/lobby/messages?after=0&limit=1";
  private static final String SETTINGS = "/etc/tertulia/tertulia.yaml";
  private static final String VARIABLES = "/etc/default/tertulia";

  private DebianMachine machine;

  /// Making the packages takes minutes on a busy machine.
  @BeforeAll
  @Timeout(value = 15, unit = TimeUnit.MINUTES)
  void boot(@TempDir Path work) throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root can have a machine");
    BuiltPackages.debian();
    machine = new DebianMachine(work);
  }

  @AfterAll
  void end() throws Exception {
    if (machine != null) {
      machine.close();
    }
  }

  private void awaitPage() {
    await("the first page")
        .atMost(TestServer.PATIENCE)
        .until(() -> machine.run("curl", "-sf", PAGE).out(), page -> page.contains("<title>"));
  }

  private String property(String name) throws Exception {
    return machine.sh("systemctl show tertulia -p " + name + " --value");
  }

  private String state() throws Exception {
    return machine.run("systemctl", "is-enabled", "tertulia").out().strip()
        + " "
        + machine.run("systemctl", "is-active", "tertulia").out().strip();
  }

  @Test
  @Order(1)
  void anInstalledServerServesThePageAndNotifies() throws Exception {
    assertThat(machine.run("sh", "-c", "command -v java javac mvn").exit()).isNotZero();
    machine.sh(
        "printf 'TERTULIA_DRAIN_GRACE=0s\\nTERTULIA_DRAIN_PERIOD=2s\\n' >"
            + VARIABLES
            + " && dpkg -i "
            + machine.give(BuiltPackages.debian()));
    assertThat(state()).isEqualTo("enabled active");
    awaitPage();
    assertThat(machine.sh("curl -sf -d hola " + PAGE + "api/v1/clients/ana/notifications"))
        .contains("\"id\":");
    machine.sh("tertulia send lobby 'before the upgrade'");
    assertThat(
            machine.sh(
                "ps -o user= -p "
                    + property("MainPID")
                    + " 2>/dev/null || stat -c %U /proc/"
                    + property("MainPID")))
        .isEqualTo("tertulia");
    assertThat(machine.sh("tr '\\0' ' ' </proc/" + property("MainPID") + "/cmdline"))
        .contains("-XX:AOTCache=/var/cache/tertulia/server-");
  }

  /// Without any of these the server runs too; what it must not lack is permission to compile.
  @Test
  @Order(2)
  void theUnitIsHardened() throws Exception {
    assertThat(machine.sh("systemctl show tertulia").lines())
        .contains(
            "Type=notify",
            "NoNewPrivileges=yes",
            "ProtectSystem=strict",
            "ProtectHome=yes",
            "PrivateTmp=yes",
            "PrivateDevices=yes",
            "LockPersonality=yes",
            "LimitNOFILE=1048576",
            "MemoryDenyWriteExecute=no");
  }

  @Test
  @Order(3)
  void settingsAreReloadedAndDataIsBackedUpAsTheGuideSays() throws Exception {
    machine.sh(
        "printf 'limits:\\n"
            + "  messages_per_second: 0\\n"
            + "  bytes_per_second: 0\\n"
            + "  handshakes_per_second_per_address: 0\\n' >>"
            + SETTINGS);
    assertThat(asItsUser("config check")).contains("valid");
    machine.sh("systemctl reload tertulia");
    await("the reload")
        .atMost(TestServer.PATIENCE)
        .until(() -> journal(), said -> said.contains("Configuration reloaded; changed: limits."));
    assertThat(asItsUser("backup --to /var/lib/tertulia/backup.sqlite")).contains("verified");
  }

  private String asItsUser(String command) throws Exception {
    return machine.sh("cd / && runuser -u tertulia -- tertulia " + command);
  }

  private String journal() throws Exception {
    return machine.sh("journalctl -u tertulia -o cat");
  }

  @Test
  @Order(4)
  void tenThousandMessagesPassUnderTheHardening() throws Exception {
    machine.sh("systemctl restart tertulia");
    awaitPage();
    try (Clients clients = new Clients(2, 10_000)) {
      clients.awaitLine("received 10000");
    }
  }

  /// Reads what a crowd says.
  private final class Clients implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;

    Clients(int clients, int messages) throws Exception {
      process =
          new ProcessBuilder(
                  machine.inItsNetwork(
                      List.of(
                          Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                          "-XX:TieredStopAtLevel=1",
                          "-cp",
                          System.getProperty("java.class.path"),
                          Crowd.class.getName(),
                          "" + clients,
                          "" + messages)))
              .redirectErrorStream(true)
              .start();
      out = process.inputReader();
      awaitLine("connected");
    }

    void awaitLine(String wanted) throws Exception {
      for (String line = out.readLine(); !wanted.equals(line); line = out.readLine()) {
        assertThat(line).as("what the clients say before '%s'", wanted).isNotNull();
      }
    }

    String last() throws Exception {
      String last = null;
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        last = line;
      }
      return String.valueOf(last);
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  /// Its files are replaced while it serves, and it needs more of them to stop.
  @Test
  @Order(5)
  void anUpgradeUnderAThousandClientsDrainsTheOldServerAndStartsTheNewOne() throws Exception {
    String settings = machine.sh("sha256sum " + SETTINGS + " && stat -c '%a %U %G' " + SETTINGS);
    String next = machine.give(BuiltPackages.nextDebian());
    String old = property("MainPID");
    machine.sh("journalctl --rotate -q && journalctl --vacuum-time=1s -q");
    try (Clients clients = new Clients(1_000, 0)) {
      machine.sh("dpkg --unpack " + next + " </dev/null");
      assertThat(property("MainPID")).as("it goes on").isEqualTo(old);
      machine.sh("dpkg --configure tertulia </dev/null");
      assertThat(clients.last()).isEqualTo("closed {1001=1000}");
    }
    awaitPage();
    assertThat(state()).isEqualTo("enabled active");
    assertThat(property("MainPID")).isNotEqualTo(old);
    assertThat(journal())
        .contains("Tertulia has stopped", "Tertulia " + BuiltPackages.NEXT + " listens")
        .doesNotContain("Failed with result", "exited, code=", "ERROR");
    assertThat(machine.sh("curl -sf '" + OLDEST + "'")).contains("before the upgrade");
    assertThat(machine.sh("sha256sum " + SETTINGS + " && stat -c '%a %U %G' " + SETTINGS))
        .isEqualTo(settings);
    assertThat(machine.sh("dpkg-query -W -f='${Conffiles}' tertulia"))
        .as("files about which dpkg would ask")
        .isEmpty();
  }

  @Test
  @Order(6)
  void anUpgradeLeavesTheServiceAsItIs() throws Exception {
    String upgrade = "dpkg -i " + machine.give(BuiltPackages.nextDebian()) + " </dev/null";
    machine.sh("systemctl stop tertulia");
    assertThat(property("ExecMainStatus") + " " + property("Result")).isEqualTo("0 success");
    machine.sh(upgrade);
    assertThat(state()).isEqualTo("enabled inactive");
    machine.sh("systemctl disable -q tertulia");
    machine.sh(upgrade);
    assertThat(state()).isEqualTo("disabled inactive");
    machine.sh("systemctl mask -q tertulia");
    machine.sh(upgrade);
    assertThat(state()).isEqualTo("masked inactive");
    machine.sh("systemctl unmask -q tertulia && systemctl enable -q --now tertulia");
    String running = property("MainPID");
    machine.sh(upgrade);
    assertThat(state()).isEqualTo("enabled active");
    assertThat(property("MainPID")).isNotEqualTo(running);
  }

  @Test
  @Order(7)
  void aRemovalKeepsDataAndSettings() throws Exception {
    String settings = machine.sh("sha256sum " + SETTINGS);
    machine.sh("dpkg -r tertulia");
    assertThat(machine.run("systemctl", "is-active", "tertulia").out().strip())
        .isNotEqualTo("active");
    assertThat(machine.run("test", "-e", "/usr/lib/tertulia").exit()).isNotZero();
    assertThat(machine.sh("sha256sum " + SETTINGS)).isEqualTo(settings);
    machine.sh("dpkg -i " + machine.give(BuiltPackages.nextDebian()) + " </dev/null");
    assertThat(state()).isEqualTo("enabled active");
    awaitPage();
    assertThat(machine.sh("curl -sf '" + OLDEST + "'")).contains("before the upgrade");
  }

  @Test
  @Order(8)
  void aPurgeRemovesTheFoldersOfThePackageAndNoOther() throws Exception {
    machine.sh(
        "mkdir -p /srv/tertulia && cd /srv/tertulia && echo keep >backup.sqlite"
            + " && echo keep >/etc/tertulia/tls.key");
    Set<String> installed = machine.sh("dpkg -L tertulia").lines().collect(Collectors.toSet());
    Set<String> before = files();
    machine.sh("dpkg --purge tertulia");
    Set<String> gone = new TreeSet<>(before);
    gone.removeAll(files());
    assertThat(gone).contains("/usr/lib/tertulia", "/var/lib/tertulia", SETTINGS);
    gone.removeAll(installed);
    assertThat(gone)
        .as("what the package did not contain")
        .allSatisfy(path ->
            assertThat(path)
                .matches(
                    "/var/(lib|cache)/tertulia(/.*)?|"
                        + SETTINGS
                        // What dpkg and systemd keep of it.
                        + "|/(etc|var/lib)/systemd/.*/tertulia\\.service.*"
                        + "|/var/lib/dpkg/info/tertulia\\..*"
                        + "|/(var/)?tmp/systemd-private-[^/]*-tertulia\\.service-.*"));
    assertThat(
            machine
                .sh(
                    "find / -xdev \\( -path /host -o -path /tmp \\) -prune -o -name '*tertulia*'"
                        + " -print")
                .lines())
        .as("what is left")
        .containsExactlyInAnyOrder(VARIABLES, "/etc/tertulia", "/srv/tertulia");
    assertThat(machine.sh("cat /srv/tertulia/backup.sqlite /etc/tertulia/tls.key " + VARIABLES))
        .isEqualTo("keep\nkeep\nTERTULIA_DRAIN_GRACE=0s\nTERTULIA_DRAIN_PERIOD=2s");
  }

  /// What there is on the disk of the machine, but for logs.
  private Set<String> files() throws Exception {
    return machine
        .sh("find / -xdev \\( -path /host -o -path /proc -o -path /var/log \\) -prune -o -print")
        .lines()
        .collect(Collectors.toSet());
  }
}
