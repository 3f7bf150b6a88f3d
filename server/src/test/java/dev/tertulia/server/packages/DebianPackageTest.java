package dev.tertulia.server.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tertulia.server.testing.TestServer;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
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
  private static final String HISTORY = PAGE + "api/v1/rooms/lobby/messages";
  private static final String SETTINGS = "/etc/tertulia/tertulia.yaml";

  private DebianMachine machine;

  @BeforeAll
  void boot(@TempDir Path work) throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root can have a machine");
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
    machine.sh("dpkg -i " + machine.give(BuiltPackages.debian()));
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

  /// Without any of them the server runs too; what it must not lack is permission to compile.
  @Test
  @Order(2)
  void tenThousandMessagesPassUnderTheHardeningOfTheUnit() throws Exception {
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
    machine.sh(
        "printf 'limits:\\n"
            + "  messages_per_second: 0\\n"
            + "  bytes_per_second: 0\\n"
            + "  handshakes_per_second_per_address: 0\\ndrain:\\n"
            + "  grace: 0s\\n"
            + "  period: 2s\\n' >>"
            + SETTINGS
            + " && systemctl restart tertulia");
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
  @Order(3)
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
    assertThat(machine.sh("journalctl -u tertulia -o cat"))
        .contains("Tertulia has stopped", "Tertulia " + BuiltPackages.NEXT + " listens")
        .doesNotContain("Failed with result", "exited, code=", "ERROR");
    assertThat(machine.sh("curl -sf " + HISTORY)).contains("before the upgrade");
    assertThat(machine.sh("sha256sum " + SETTINGS + " && stat -c '%a %U %G' " + SETTINGS))
        .isEqualTo(settings);
    assertThat(machine.sh("dpkg-query -W -f='${Conffiles}' tertulia"))
        .as("files about which dpkg would ask")
        .isEmpty();
  }

  @Test
  @Order(4)
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
  @Order(5)
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
    assertThat(machine.sh("curl -sf " + HISTORY)).contains("before the upgrade");
  }

  @Test
  @Order(6)
  void aPurgeRemovesTheFoldersOfThePackageAndNoOther() throws Exception {
    machine.sh(
        "mkdir -p /srv/tertulia && echo keep >/srv/tertulia/backup.sqlite && echo keep"
            + " >/etc/default/tertulia && echo keep >/etc/tertulia/tls.key && find / -xdev -path"
            + " /host -prune -o -path /proc -prune -o -path /var/log -prune -o -print | sort"
            + " >/tmp/before");
    machine.sh("dpkg --purge tertulia");
    String gone =
        machine.sh(
            "find / -xdev -path /host -prune -o -path /proc -prune -o -path /var/log -prune -o"
                + " -print | sort >/tmp/after; comm -23 /tmp/before /tmp/after");
    assertThat(gone.lines())
        .contains("/var/lib/tertulia", SETTINGS)
        .allSatisfy(path ->
            assertThat(path)
                .matches(
                    "/usr/.*tertulia.*|/usr/share/(fish|zsh|bash-completion)(/[a-z_-]+)?|/var/(lib|cache)/tertulia(/.*)?|/etc/tertulia/tertulia.yaml"
                        + "|/etc/systemd/.*tertulia.*|/var/lib/(dpkg|systemd)/.*|/(tmp|var/tmp)/.*"));
    assertThat(
            machine.sh(
                "cat /srv/tertulia/backup.sqlite /etc/default/tertulia /etc/tertulia/tls.key"))
        .isEqualTo("keep\nkeep\nkeep");
  }
}
