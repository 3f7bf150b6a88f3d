package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.config.Config;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.config.Settings;
import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.http.page.PageSource;
import dev.tertulia.server.http.page.StaticFiles;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.protocol.Opening;
import dev.tertulia.server.protocol.OpeningRequest;
import dev.tertulia.server.protocol.Protocol;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.internal.ThreadExecutorMap;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/// Health of a real server with an event loop that is stuck, or that has died.
@Tag("system")
final class LivenessTest {
  @TempDir private Path folder;

  private final CompletableFuture<String> ended = new CompletableFuture<>();
  private final CountDownLatch stuck = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);

  /// A protocol whose requests do harm to the event loop on which they are opened.
  private final class Harm implements Protocol {
    @Override
    public boolean owns(OpeningRequest request) {
      return request.rawPath().startsWith("/harm/");
    }

    @Override
    public List<String> routes() {
      return List.of();
    }

    @Override
    public Opening open(OpeningRequest request) {
      if (request.rawPath().equals("/harm/stick")) {
        stuck.countDown();
        try {
          released.await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      } else {
        EventExecutor loop = ThreadExecutorMap.currentExecutor();
        loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
      }
      return Opening.Refused.of(new Refusal(ErrorCode.FORBIDDEN, "as a test wants it"));
    }
  }

  /// With one loop, nobody is left to answer; a probe then fails, too.
  @BeforeEach
  void requireLoops() {
    if (Runtime.getRuntime().availableProcessors() < 2) {
      throw new TestAbortedException("needs two processors");
    }
  }

  private Server start() throws Exception {
    Settings settings = new Settings();
    settings.set(Setting.PORT, "0");
    settings.set(Setting.DATA, folder.resolve("data").toString());
    return new Server(
        Config.from(settings),
        new StaticFiles(PageSource.packed(), true),
        new EngineGuard(ended::complete),
        List.of(formats -> services -> new Harm()));
  }

  /// The answer of a loop that turns.
  private static String ask(Server server, String path) {
    URI address = URI.create("http://127.0.0.1:" + server.port() + path);
    HttpRequest request = HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(2)).build();
    while (true) {
      // Each on a connection of its own, and so on the next loop.
      try (HttpClient client = HttpClient.newHttpClient()) {
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        return answer.statusCode() + " " + answer.body();
      } catch (java.io.IOException noAnswer) {
        assertThat(noAnswer).as("a loop that does not turn").isNotNull();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static RawSocket harm(Server server, String how) {
    RawSocket socket = RawSocket.open(server.port());
    socket.send("GET /harm/%s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".formatted(how));
    return socket;
  }

  @Test
  void aStuckLoopIsNotLiveUntilItTurnsAgain() throws Exception {
    try (Server server = start();
        RawSocket _ = harm(server, "stick")) {
      assertThat(stuck.await(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      try {
        await()
            .atMost(TestServer.PATIENCE.multipliedBy(2))
            .untilAsserted(() ->
                assertThat(ask(server, "/health/live"))
                    .startsWith("503 ")
                    .contains("down")
                    .containsPattern("event loop [0-9] does not respond"));
        assertThat(ask(server, "/health/ready")).startsWith("503 ").contains("down");
        assertThat(ended).as("it may turn again").isNotDone();
      } finally {
        released.countDown();
      }
      await()
          .atMost(TestServer.PATIENCE)
          .untilAsserted(() -> assertThat(ask(server, "/health/live")).startsWith("200 "));
      assertThat(ask(server, "/health/ready")).startsWith("200 ");
    }
  }

  @Test
  void aDeadLoopIsNotLiveAndEndsTheProcess() throws Exception {
    try (Server server = start();
        RawSocket _ = harm(server, "kill")) {
      assertThat(ended.get(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .containsPattern("the thread 'loop-[0-9-]+' has ended");
      assertThat(ask(server, "/health/live"))
          .startsWith("503 ")
          .contains("down")
          .contains("has ended");
      assertThat(ask(server, "/health/ready")).startsWith("503 ").contains("has ended");
    }
  }
}
