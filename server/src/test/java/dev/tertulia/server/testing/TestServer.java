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
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/// A real server on a free port of loopback. When it is closed, nothing may be left of it: no
/// connection, no subscription, no buffer (the latter is [BufferLeakCheck]'s to see).
///
/// Where the store of this run of tests says so, it is several nodes of a cluster: whatever is
/// connected or asked for is connected or asked for at another node than the one before.
public final class TestServer implements AutoCloseable {
  /// Longer than anything takes, so that a busy machine fails no test.
  public static final Duration PATIENCE = Duration.ofSeconds(30);

  /// The nodes, of which there is one unless the store has more.
  private final List<Server> servers = new ArrayList<>();

  /// Counts what was connected or asked for.
  private final AtomicInteger turns = new AtomicInteger();

  private final StaticFiles files;

  /// Of each node the folder that is removed with it.
  private final List<Path> data;

  /// Of each node.
  private final List<Settings> settings;

  private final List<ProtocolEntry> protocols;

  /// Removes what is stored elsewhere than in the folder.
  private final Runnable remove;

  private TestServer(
      List<Settings> settings,
      List<Path> data,
      StaticFiles files,
      List<ProtocolEntry> protocols,
      Runnable remove)
      throws IOException {
    this.remove = remove;
    this.settings = settings;
    this.data = data;
    this.files = files;
    this.protocols = List.copyOf(protocols);
    boolean done = false;
    try {
      for (Settings each : settings) {
        servers.add(new Server(Config.from(each), files, EngineGuard.ofNoProcess(), protocols));
      }
      done = true;
    } finally {
      if (!done) {
        servers.forEach(Server::close);
      }
    }
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
    List<Settings> settings = new ArrayList<>();
    List<Path> data = new ArrayList<>();
    try {
      data.add(Files.createTempDirectory("tertulia-test"));
      settings.add(settings(data.getFirst(), overrides));
      String folder = Config.folder(settings.getFirst()).toString();
      if (!overrides.containsKey(Setting.DATABASE)) {
        if (store == ServerStore.SQLITE && !overrides.containsKey(Setting.DATA)) {
          EmptyDatabase.putInto(data.getFirst());
        }
        store.settings(folder).forEach(settings.getFirst()::set);
        for (int i = 1; i < store.nodes(); i++) {
          data.add(Files.createTempDirectory("tertulia-test"));
          Settings more = settings(data.getLast(), overrides);
          store.settings(folder).forEach(more::set);
          more.set(Setting.DATA, data.getLast().toString());
          more.set(Setting.PORT, "0");
          more.set(Setting.NODE, "node" + (i + 1));
          settings.add(more);
        }
      }
      // A folder of the test's own is for another server too.
      Runnable remove = overrides.containsKey(Setting.DATA) ? () -> {} : () -> store.remove(folder);
      return new TestServer(settings, data, files, protocols, remove);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Settings settings(Path data, Map<Setting, String> overrides) {
    Settings settings = new Settings();
    settings.set(Setting.PORT, "0");
    settings.set(Setting.DATA, data.toString());
    overrides.forEach(settings::set);
    return settings;
  }

  /// Ends it, and starts another on the same data.
  public TestServer restarted() {
    servers.forEach(Server::close);
    try {
      return new TestServer(settings, data, files, protocols, remove);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The folder in which all is stored; that of the first node.
  public Path data() {
    return Config.folder(settings.getFirst());
  }

  /// What `GET /health/ready` at a port says: the status, and the body.
  public static String health(int port) {
    URI address = URI.create("http://127.0.0.1:%s/health/ready".formatted(port));
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          http.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() + " " + answer.body();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /// The port, of one node after the other.
  public int port() {
    return servers.get(Math.floorMod(turns.getAndIncrement(), servers.size())).port();
  }

  /// An address on this server. What is an operator's is asked of the first node, whose key is in
  /// [#data].
  public URI http(String path) {
    int port = path.startsWith("/api/v1/admin/") ? server().port() : port();
    return URI.create("http://127.0.0.1:" + port + path);
  }

  /// How many nodes there are.
  public int nodes() {
    return servers.size();
  }

  /// The first node.
  public Server server() {
    return servers.getFirst();
  }

  /// Waits until there are exactly so many connections, none of them about to close.
  public void awaitConnections(int count) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .untilAsserted(() -> {
          assertThat(sum(server -> server.registry().connections())).isEqualTo(count);
          assertThat(sum(Server::openWebSockets)).isEqualTo(count);
        });
  }

  private int sum(ToIntFunction<Server> count) {
    return servers.stream().mapToInt(count).sum();
  }

  @Override
  public void close() {
    servers.forEach(Server::close);
    servers.forEach(TestServer::requireNothingLeft);
    data.forEach(TestServer::delete);
    remove.run();
  }

  private static void requireNothingLeft(Server server) {
    assertThat(server.guard().fault()).as("what can't be survived").isNull();
    assertThat(server.guard().survived()).as("defects that were met").isZero();
    assertThat(server.registry().connections()).as("connections left").isZero();
    assertThat(server.registry().clients()).as("clients left").isZero();
    assertThat(server.subscribedTopics()).as("topics left").isZero();
    assertThat(server.openWebSockets()).as("sockets left").isZero();
  }

  private static void delete(Path data) {
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
