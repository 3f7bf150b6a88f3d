package dev.tertulia.server.proxies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.proxies.ProxyProcess.Change;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.Redis;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Three nodes behind HAProxy, with the file that is shipped for them.
@Tag("system")
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ClusterBehindProxyTest {
  private static final int READERS = 6;
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir private Path folder;
  private final String database = Postgres.shared().newDatabase();
  private final List<TestServer> nodes = new ArrayList<>();
  private @Nullable Redis redis;
  private @Nullable ProxyProcess proxy;

  @BeforeEach
  void start() {
    Redis started = new Redis(folder);
    redis = started;
    for (int i = 1; i <= 3; i++) {
      Map<Setting, String> settings = new HashMap<>();
      settings.put(Setting.PORT, String.valueOf(TestServer.freePort()));
      settings.put(Setting.DATABASE, database);
      settings.put(Setting.REDIS, started.address());
      settings.put(Setting.NODE, "node-" + i);
      settings.put(Setting.PROXY_TRUSTED, "127.0.0.1");
      settings.put(Setting.DRAIN_GRACE, "500ms");
      settings.put(Setting.DRAIN_PERIOD, "500ms");
      nodes.add(TestServer.start(TestTokens.settings(settings)));
    }
    Change often = new Change("inter 2s fall 2 rise 2", "inter 300ms fall 2 rise 1");
    proxy = ProxyProcess.start("haproxy-cluster.cfg", nodes, often);
  }

  @AfterEach
  void stop() {
    if (proxy != null) {
      proxy.close();
    }
    nodes.forEach(TestServer::close);
    Postgres.shared().drop(database);
    if (redis != null) {
      redis.close();
    }
  }

  /// A client that reads the lobby through the proxy, and comes back whenever its connection ends.
  private final class Reader implements WebSocket.Listener {
    private final String client;
    private final List<Long> offsets = new CopyOnWriteArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private volatile String position = "";
    private final AtomicInteger joins = new AtomicInteger();
    private volatile boolean open = true;

    Reader(String client) {
      this.client = client;
      connect();
    }

    private void connect() {
      if (!open) {
        return;
      }
      URI address = URI.create("ws://127.0.0.1:" + port() + "/ws/" + client + "?v=1");
      HTTP.newWebSocketBuilder()
          .header("Authorization", "Bearer " + TestTokens.of(client))
          .buildAsync(address, this)
          .whenComplete((socket, failure) -> {
            if (failure != null) {
              again();
            }
          });
    }

    private void again() {
      CompletableFuture.runAsync(
          this::connect, CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS));
    }

    @Override
    public void onOpen(WebSocket socket) {
      text.setLength(0);
      String since = position.isEmpty() ? "null" : "\"" + position + "\"";
      socket.sendText("{\"type\":\"hello\",\"rooms\":{\"lobby\":%s}}".formatted(since), true);
      socket.request(1);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        take(Json.parse(text.toString()));
        text.setLength(0);
      }
      socket.request(1);
      return null;
    }

    private void take(Json frame) {
      switch (frame.type()) {
        case "joined" -> {
          frame.objects("messages").forEach(this::read);
          joins.incrementAndGet();
        }
        case "chat" -> read(frame);
        default -> {}
      }
    }

    private void read(Json message) {
      offsets.add(message.number("offset"));
      position = message.text("pos");
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      again();
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable failure) {
      again();
    }
  }

  private int port() {
    return proxy == null ? 0 : proxy.port();
  }

  private List<Reader> readers() {
    List<Reader> readers = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      readers.add(new Reader("reader" + i));
    }
    await()
        .atMost(TestServer.PATIENCE)
        .until(() -> readers.stream().allMatch(reader -> reader.joins.get() > 0));
    return readers;
  }

  /// Publishes by HTTP, with the same id until it is accepted.
  private void publish(int number) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + port() + "/api/v1/rooms/lobby/messages"))
            .header("Authorization", "Bearer " + TestTokens.of("writer"))
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"id\":\"m%1$s\",\"message\":\"%1$s\"}".formatted(number)))
            .build();
    int status = 0;
    while (status / 100 != 2) {
      try {
        HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        status = answer.statusCode();
        assertThat(status).as(answer.body()).isIn(200, 201, 202, 502, 503, 504);
      } catch (IOException ended) {
        // The node has ended meanwhile: another one is asked.
      }
    }
  }

  private static void assertReadOnce(List<Reader> readers, int count) {
    List<Long> all = LongStream.rangeClosed(1, count).boxed().toList();
    for (Reader reader : readers) {
      await()
          .atMost(TestServer.PATIENCE)
          .untilAsserted(() -> assertThat(reader.offsets).hasSizeGreaterThanOrEqualTo(count));
      assertThat(reader.offsets).as(reader.client).isEqualTo(all);
      reader.open = false;
    }
  }

  @Test
  void clientsAreSpreadOverTheNodesAndHearEachOther() throws Exception {
    List<Reader> readers = readers();
    assertThat(nodes)
        .as("nodes with connections")
        .filteredOn(node -> node.server().registry().connections() > 0)
        .hasSizeGreaterThan(1);
    for (int i = 1; i <= 10; i++) {
      publish(i);
    }
    assertReadOnce(readers, 10);
  }

  /// Each node is drained, ended and started again while others publish and read.
  @Test
  void nothingIsMissedNorSeenTwiceWhenTheNodesAreRestartedInTurn() throws Exception {
    List<Reader> readers = readers();
    int published = 0;
    for (int i = 0; i < nodes.size(); i++) {
      TestServer node = nodes.get(i);
      CompletableFuture<Void> drained =
          CompletableFuture.runAsync(node.server()::drain, Thread::startVirtualThread);
      while (!drained.isDone()) {
        publish(++published);
      }
      nodes.set(i, node.restarted());
      for (int more = 0; more < 20; more++) {
        publish(++published);
      }
    }
    assertReadOnce(readers, published);
    assertThat(readers).allMatch(reader -> reader.joins.get() > 1);
  }
}
