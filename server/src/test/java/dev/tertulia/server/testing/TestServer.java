package dev.tertulia.server.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.Server;
import dev.tertulia.server.config.Config;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.config.Settings;
import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.http.page.PageSource;
import dev.tertulia.server.http.page.StaticFiles;
import dev.tertulia.server.protocol.ProtocolEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A real server on a free port of loopback. When it is closed, nothing may be left of it: no
/// connection, no subscription, no buffer (the latter is [BufferLeakCheck]'s to see).
public final class TestServer implements AutoCloseable {
  /// Longer than anything takes, so that a busy machine fails no test.
  public static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Server server;
  private final StaticFiles files;
  private final Path data;

  private final Settings settings;

  private final List<ProtocolEntry> protocols;

  /// Removes what is stored elsewhere than in the folder.
  private final Runnable remove;

  private TestServer(
      Settings settings,
      Path data,
      StaticFiles files,
      List<ProtocolEntry> protocols,
      Runnable remove)
      throws IOException {
    this.remove = remove;
    this.settings = settings;
    this.data = data;
    this.files = files;
    this.protocols = List.copyOf(protocols);
    server = new Server(Config.from(settings), files, EngineGuard.ofNoProcess(), protocols);
  }

  /// A port of loopback that is free at the moment.
  public static int freePort() {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static TestServer start() {
    return start(Map.of());
  }

  /// Starts one that stores its log where it is told to.
  public static TestServer start(ServerStore store) {
    return start(store, Map.of(), new StaticFiles(PageSource.packed(), true), List.of());
  }

  /// Starts one that is set otherwise.
  ///
  /// @param overrides settings that differ from the defaults
  public static TestServer start(Map<Setting, String> overrides) {
    return start(overrides, List.of());
  }

  /// Starts one that speaks more protocols.
  ///
  /// @param protocols further entries of its table of protocols
  public static TestServer start(Map<Setting, String> overrides, List<ProtocolEntry> protocols) {
    return start(overrides, new StaticFiles(PageSource.packed(), true), protocols);
  }

  /// Starts one whose page is read from a folder at each request.
  public static TestServer showing(Path page) {
    return start(Map.of(), new StaticFiles(PageSource.sources(page), false), List.of());
  }

  private static TestServer start(
      Map<Setting, String> overrides, StaticFiles files, List<ProtocolEntry> protocols) {
    return start(ServerStore.ofThisRun(), overrides, files, protocols);
  }

  private static TestServer start(
      ServerStore store,
      Map<Setting, String> overrides,
      StaticFiles files,
      List<ProtocolEntry> protocols) {
    Settings settings = new Settings();
    settings.set(Setting.PORT, "0");
    try {
      Path data = Files.createTempDirectory("tertulia-test");
      settings.set(Setting.DATA, data.toString());
      overrides.forEach(settings::set);
      String folder = Config.folder(settings).toString();
      if (!overrides.containsKey(Setting.DATABASE)) {
        store.settings(folder).forEach(settings::set);
      }
      // A folder of the test's own is for another server too.
      Runnable remove = overrides.containsKey(Setting.DATA) ? () -> {} : () -> store.remove(folder);
      return new TestServer(settings, data, files, protocols, remove);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Ends it, and starts another on the same data.
  public TestServer restarted() {
    server.close();
    try {
      return new TestServer(settings, data, files, protocols, remove);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The folder in which all is stored.
  public Path data() {
    return Config.folder(settings);
  }

  public int port() {
    return server.port();
  }

  /// An address on this server.
  public URI http(String path) {
    return URI.create("http://127.0.0.1:" + port() + path);
  }

  public Server server() {
    return server;
  }

  /// Waits until there are exactly so many connections, none of them about to close.
  public void awaitConnections(int count) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .untilAsserted(() -> {
          assertThat(server.registry().connections()).isEqualTo(count);
          assertThat(server.openWebSockets()).isEqualTo(count);
        });
  }

  @Override
  public void close() {
    server.close();
    assertThat(server.guard().fault()).as("what can't be survived").isNull();
    assertThat(server.guard().survived()).as("defects that were met").isZero();
    assertThat(server.registry().connections()).as("connections left").isZero();
    assertThat(server.registry().clients()).as("clients left").isZero();
    assertThat(server.subscribedTopics()).as("topics left").isZero();
    assertThat(server.openWebSockets()).as("sockets left").isZero();
    deleteData();
    remove.run();
  }

  private void deleteData() {
    try (Stream<Path> files = Files.list(data)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
