package dev.tertulia.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.audit.AuditLog;
import dev.tertulia.server.auth.Grants;
import dev.tertulia.server.auth.token.ClaimNames;
import dev.tertulia.server.config.Config.Heartbeat;
import dev.tertulia.server.config.Config.Inboxes;
import dev.tertulia.server.config.Config.TransportChoice;
import dev.tertulia.server.config.LimitsConfig.Inbound;
import dev.tertulia.server.config.LimitsConfig.Names;
import dev.tertulia.server.config.LimitsConfig.PerClient;
import dev.tertulia.server.config.LimitsConfig.Work;
import dev.tertulia.server.logging.LogSettings;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.PathPrefix;
import dev.tertulia.server.model.PostgresAddress;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConfigTest {
  private static final long MEMORY =
      Math.min(Runtime.getRuntime().maxMemory(), PlatformDependent.maxDirectMemory());
  private static final long TOTAL = MEMORY / 100 * 10;
  private static final Inbound INBOUND = new Inbound(TOTAL, TOTAL / 100 * 50, TOTAL / 100 * 25);

  private static Config with(Map<String, String> environment) {
    return Config.from(Settings.fromEnvironment(environment));
  }

  @Test
  void thePasswordOfTheDatabaseMayStandInAFile(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("password"), "se:cret/@\n");
    assertThat(
            with(Map.of(
                    "TERTULIA_DATABASE",
                    "postgresql://ana@db.example/chat",
                    "TERTULIA_DATABASE_PASSWORD_FILE",
                    file.toString()))
                .database())
        .isEqualTo(
            new PostgresAddress(
                "ana",
                List.of(new PostgresAddress.Host("db.example", 5432)),
                "chat",
                Map.of(),
                "se:cret/@"));
  }

  @Test
  void everyDefaultIsPinned() {
    assertThat(with(Map.of("PATH", "/bin")))
        .isEqualTo(
            new Config(
                "127.0.0.1",
                8000,
                Path.of("./data"),
                null,
                new ClusterConfig(null, null, null, null),
                Language.ES,
                new LogSettings(LogSettings.Format.TEXT, LogSettings.Level.INFO, Map.of()),
                AuditLog.Scope.ON,
                TransportChoice.AUTO,
                true,
                true,
                new AuthConfig(
                    AuthConfig.Mode.OPEN,
                    List.of(),
                    List.of(),
                    ClaimNames.DEFAULT,
                    Duration.ofSeconds(10),
                    null,
                    null,
                    null,
                    Map.of(),
                    Grants.NONE,
                    false),
                null,
                new ProxyConfig(List.of(), false),
                Set.of(),
                Set.of(),
                PathPrefix.NONE,
                new Heartbeat(Duration.ofSeconds(25), Duration.ofSeconds(60)),
                new Config.Drain(Duration.ofSeconds(5), Duration.ofSeconds(20)),
                new LimitsConfig(
                    100_000,
                    0,
                    1000,
                    100,
                    1000,
                    new Work(1 << 20, 4 << 20, 1000, 500, 100),
                    new PerClient(500, 4 << 20, 50, 50, 10_000, 50),
                    256 << 10,
                    Duration.ofSeconds(30),
                    INBOUND,
                    1 << 20,
                    PlatformDependent.maxDirectMemory() / 100 * 25,
                    PlatformDependent.maxDirectMemory() / 100 * 5,
                    Duration.ofMillis(5),
                    65_536,
                    64 << 20,
                    32 << 20,
                    new Names(200_000, 10_000, 1_000, 1_000_000, 1_000),
                    256,
                    Duration.ofSeconds(10)),
                200,
                new RoomRules(List.of()),
                new Inboxes(
                    Duration.ofDays(90), 10_000, Duration.ofDays(90), Duration.ofDays(365))));
  }

  @Test
  void everySettingHasItsOwnEnvironmentVariable() {
    assertThat(Setting.LIMITS_MESSAGES_PER_SECOND.environmentName())
        .isEqualTo("TERTULIA_LIMITS_MESSAGES_PER_SECOND");
    assertThat(Setting.values()).extracting(Setting::environmentName).doesNotHaveDuplicates();
  }

  @Test
  void launcherAndCommandVariablesAreNotServerSettings() {
    assertThat(
            with(
                Map.of(
                    "TERTULIA_JAVA_OPTS", "-Xmx1g",
                    "TERTULIA_JDK_FOLDERS", "/opt",
                    "TERTULIA_URL", "http://chat.example.org")))
        .isEqualTo(with(Map.of()));
  }

  @ParameterizedTest
  @CsvSource({
    "TERTULIA_PORT,                 tcp://10.96.14.3:8000",
    "TERTULIA_PORT,                 udp://[fd00::7]:8000",
    "TERTULIA_SERVICE_HOST,         10.96.14.3",
    "TERTULIA_SERVICE_HOST,         fd00::7",
    "TERTULIA_SERVICE_PORT,         8000",
    "TERTULIA_SERVICE_PORT_HTTP,    8000",
    "TERTULIA_PORT_8000_TCP,        tcp://10.96.14.3:8000",
    "TERTULIA_PORT_8000_TCP_PROTO,  tcp",
    "TERTULIA_PORT_8000_TCP_PORT,   8000",
    "TERTULIA_PORT_8000_TCP_ADDR,   10.96.14.3",
    "TERTULIA_PORT_53_UDP,          udp://10.96.14.3:53",
    "TERTULIA_WEB_SERVICE_HOST,     10.96.14.4",
    "TERTULIA_WEB_PORT,             tcp://10.96.14.4:80",
    "TERTULIA_WEB_PORT_80_TCP_ADDR, 10.96.14.4",
  })
  void serviceVariablesOfKubernetesAreIgnored(String name, String value) {
    assertThat(with(Map.of(name, value))).isEqualTo(with(Map.of()));
  }

  @ParameterizedTest
  @CsvSource({
    "TERTULIA_PORT,                tcp://",
    "TERTULIA_PORT,                http://10.96.14.3:8000",
    "TERTULIA_PORT,                10.96.14.3:8000",
    "TERTULIA_PORT,                tcp://example.org:8000",
    "TERTULIA_SERVICE_HOST,        example org",
    "TERTULIA_SERVICE_PORT,        many",
    "TERTULIA_SERVICE,             10.96.14.3",
    "TERTULIA_PORT_8000_TCP_PORT,  x",
    "TERTULIA_HOST_NAME,           10.96.14.3",
    "TERTULIA_URLS,                http://10.96.14.3",
  })
  void variablesThatOnlyLookLikeKubernetesAreReportedByName(String name, String value) {
    assertThatThrownBy(() -> with(Map.of(name, value)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(name);
  }

  @Test
  void anOptionWinsOverTheEnvironment() {
    Settings settings = Settings.fromEnvironment(Map.of("TERTULIA_PORT", "9000"));
    settings.set(Setting.PORT, null);
    assertThat(Config.from(settings).port()).isEqualTo(9000);
    settings.set(Setting.PORT, "9001");
    assertThat(Config.from(settings).port()).isEqualTo(9001);
  }

  @ParameterizedTest
  @CsvSource({
    "TERTULIA_PORT,                 70000,  a whole number from 0 to 65535",
    "TERTULIA_PORT,                 x,      a whole number from 0 to 65535",
    "TERTULIA_LANGUAGE,             fr,     'one of es, en'",
    "TERTULIA_TRANSPORT,            kqueue, 'one of auto, io_uring, epoll, nio'",
    "TERTULIA_AUTH_OPEN_ON_NETWORK, yes,    true or false",
    "TERTULIA_HEARTBEAT_INTERVAL,   25,     a duration such as",
    "TERTULIA_HEARTBEAT_INTERVAL,   0s,     a duration above zero",
    "TERTULIA_HEARTBEAT_INTERVAL,   2m,     must be longer than heartbeat.interval",
    "TERTULIA_DRAIN_GRACE,          1,      a duration such as",
    "TERTULIA_DRAIN_PERIOD,         11m,    must be at most 10m",
    "TERTULIA_LIMITS_FRAME_BYTES,   1GB,    a size from",
    "TERTULIA_LIMITS_FRAME_BYTES,   9GiB,   a size from",
    "TERTULIA_LIMITS_SEND_QUEUES_BYTES, 0%, a share from 1%",
    "TERTULIA_LIMITS_SEND_QUEUES_BYTES, 100%, a share from 1%",
    "TERTULIA_LIMITS_SEND_QUEUES_BYTES, 1KiB, a size from",
    "TERTULIA_LIMITS_BURST,         0,      a whole number from 1",
    "TERTULIA_LIMITS_CONNECTIONS,   -1,     a whole number from 0",
    "TERTULIA_LIMITS_CONNECTIONS_PER_ADDRESS, many, a whole number from 0",
    "TERTULIA_LIMITS_CONNECTIONS_PER_CLIENT, 0, a whole number from 1",
    "TERTULIA_NOTIFICATIONS_KEEP,   90,     a duration such as",
    "TERTULIA_NOTIFICATIONS_PER_INBOX, -1,  a whole number from 0",
    "TERTULIA_HOSTS,                a:80,   host names without a port",
    "TERTULIA_ORIGINS,              x.org,  an origin must be",
    "TERTULIA_PATH_PREFIX,          chat,   a path such as /chat",
    "TERTULIA_PATH_PREFIX,          /,      a path such as /chat",
    "TERTULIA_PATH_PREFIX,          /chat/, a path such as /chat",
    "TERTULIA_PATH_PREFIX,          /a/../b, a path such as /chat",
    "TERTULIA_PATH_PREFIX,          /a%2Fb, a path such as /chat",
    "TERTULIA_HOST,                 0.0.0.0, anyone who reaches that address",
    "TERTULIA_HOST,                 '::',   anyone who reaches that address",
    "TERTULIA_NONSENSE,             1,      unknown setting TERTULIA_NONSENSE",
  })
  void anInvalidSettingIsReportedByName(String name, String value, String expected) {
    assertThatThrownBy(() -> with(Map.of(name, value)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(expected);
  }

  @Test
  void thePrefixOfPathsIsThatOfTheAddressOfThePage() {
    assertThat(with(Map.of("TERTULIA_PATH_PREFIX", "/chat")).pathPrefix())
        .isEqualTo(new PathPrefix("/chat"));
    String page = "TERTULIA_PUBLIC_URL";
    assertThat(
            with(Map.of("TERTULIA_PATH_PREFIX", "/a/b", page, "https://x.example/a/b"))
                .pathPrefix()
                .page())
        .isEqualTo("/a/b/");
    for (String other : List.of("https://x.example", "https://x.example/b")) {
      assertThatThrownBy(() -> with(Map.of("TERTULIA_PATH_PREFIX", "/a", page, other)))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("path_prefix")
          .hasMessageContaining("is not the path of public_url");
    }
    // A proxy that removes the path needs no prefix.
    assertThat(with(Map.of(page, "https://x.example/b")).pathPrefix()).isEqualTo(PathPrefix.NONE);
  }

  @Test
  void unitsAndListsAreParsed() {
    Config config =
        with(
            Map.of(
                "TERTULIA_HEARTBEAT_INTERVAL", "500ms",
                "TERTULIA_HEARTBEAT_TIMEOUT", "1h",
                "TERTULIA_LIMITS_FRAME_BYTES", "64KiB",
                "TERTULIA_LIMITS_SEND_QUEUES_BYTES", "64MiB",
                "TERTULIA_HOSTS", "Chat.example,10a.example , ",
                "TERTULIA_ORIGINS", "https://a.example, http://b.example:8080"));
    assertThat(config.heartbeat())
        .isEqualTo(new Heartbeat(Duration.ofMillis(500), Duration.ofHours(1)));
    assertThat(config.limits().frameBytes()).isEqualTo(65_536);
    assertThat(config.limits().sendQueuesBytes()).isEqualTo(64L << 20);
    assertThat(config.hosts()).containsExactlyInAnyOrder("chat.example", "10a.example");
    assertThat(config.origins())
        .containsExactlyInAnyOrder("https://a.example", "http://b.example:8080");
  }
}
