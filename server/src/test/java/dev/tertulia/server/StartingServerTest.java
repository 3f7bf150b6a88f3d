package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Config;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.config.Settings;
import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.engine.Lifecycle;
import dev.tertulia.server.http.page.PageSource;
import dev.tertulia.server.http.page.StaticFiles;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestCertificate;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server whose storage takes long to open, as with a large migration: its port is open, and
/// answers. The start is held where the data folder is opened.
final class StartingServerTest {
  @TempDir private Path folder;

  private final Lifecycle lifecycle = new Lifecycle();
  private final CountDownLatch held = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);

  /// Starts a server, and has `starting` run with its port while it starts and `serving` when it
  /// serves.
  private void hold(Consumer<Settings> set, Consumer<Integer> starting, Consumer<Server> serving)
      throws Exception {
    Settings settings = new Settings();
    int port = TestServer.freePort();
    settings.set(Setting.PORT, String.valueOf(port));
    settings.set(Setting.DATA, folder.resolve("data").toString());
    settings.set(Setting.LANGUAGE, "en");
    set.accept(settings);
    lifecycle.tell(state -> {
      if (state.progress().contains("data folder is being opened")) {
        held.countDown();
        await(goOn);
      }
    });
    CompletableFuture<Server> started =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return new Server(
                    Config.from(settings),
                    new StaticFiles(PageSource.packed(), true),
                    EngineGuard.ofNoProcess(),
                    lifecycle,
                    List.of());
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            },
            task -> Thread.ofPlatform().start(task));
    try {
      await(held);
      starting.accept(port);
    } finally {
      goOn.countDown();
    }
    try (Server server = started.get(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      assertThat(server.port()).isEqualTo(port);
      serving.accept(server);
      assertThat(server.guard().survived()).isZero();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static String request(String path) {
    return "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n".formatted(path);
  }

  private static String ask(int port, String request) {
    try (RawSocket socket = RawSocket.open(port)) {
      socket.send(request + "\r\n");
      return socket.untilEnd();
    }
  }

  @Test
  void theProcessIsLiveAndNotReadyAndEverythingElseIsToldToComeBack() throws Exception {
    hold(
        settings -> {},
        port -> {
          assertThat(ask(port, request("/health/live")))
              .startsWith("HTTP/1.1 200 ")
              .contains("{\"status\":\"up\"}");
          assertThat(ask(port, request("/health/ready")))
              .startsWith("HTTP/1.1 503 ")
              .contains("\"status\":\"starting\"")
              .contains("data folder");
          assertThat(ask(port, request("/health/ready") + "X-Forwarded-For: 192.0.2.1\r\n"))
              .as("of a stranger")
              .contains("\"status\":\"starting\"")
              .doesNotContain("cause");
          for (String path : List.of("/", "/api/v1/rooms", "/api/v1/stream?client=ana")) {
            assertThat(ask(port, request(path)))
                .startsWith("HTTP/1.1 503 ")
                .containsIgnoringCase("\r\nretry-after: 2\r\n")
                .contains("\"code\":\"unavailable\"");
          }
          assertThat(ask(port, RawSocket.handshake("ana", port).strip() + "\r\n"))
              .startsWith("HTTP/1.1 503 ");
          assertThat(ask(port, "nonsense\r\n")).isEmpty();
        },
        server -> {
          assertThat(ask(server.port(), request("/health/ready") + "Connection: close\r\n"))
              .contains("{\"status\":\"ready\"}");
          assertThat(server.openSockets()).isNotNegative();
        });
  }

  @Test
  void tlsIsSpokenFromTheBeginning() throws Exception {
    TestCertificate certificate = TestCertificate.of("server");
    certificate.writeInto(folder);
    hold(
        settings -> {
          settings.set(Setting.TLS_CERTIFICATE, folder.resolve("tls.crt").toString());
          settings.set(Setting.TLS_KEY, folder.resolve("tls.key").toString());
        },
        port -> {
          try (Socket socket =
              TestCertificate.trusting(certificate)
                  .getSocketFactory()
                  .createSocket("localhost", port)) {
            socket.setSoTimeout((int) TestServer.PATIENCE.toMillis());
            OutputStream out = socket.getOutputStream();
            out.write((request("/health/live") + "\r\n").getBytes(StandardCharsets.US_ASCII));
            assertThat(RawSocket.untilEnd(socket.getInputStream())).startsWith("HTTP/1.1 200 ");
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        },
        server -> assertThat(server.tls()).isPresent());
  }

  @Test
  void theHeaderOfAProxyIsSkipped() throws Exception {
    byte[] local = {
      0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x20, 0, 0, 0
    };
    hold(
        settings -> {
          settings.set(Setting.PROXY_PROTOCOL, "v2");
          settings.set(Setting.PROXY_TRUSTED, "127.0.0.1");
        },
        port -> {
          try (RawSocket socket = RawSocket.open(port)) {
            socket.send(local);
            socket.send(request("/health/live") + "\r\n");
            assertThat(socket.untilEnd()).startsWith("HTTP/1.1 200 ");
          }
          assertThat(ask(port, request("/health/live"))).startsWith("HTTP/1.1 200 ");
        },
        server -> assertThat(server.port()).isPositive());
  }
}
