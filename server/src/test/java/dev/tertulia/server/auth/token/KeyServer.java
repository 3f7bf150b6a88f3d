package dev.tertulia.server.auth.token;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/// A server of an issuer's keys, which does what the test says.
final class KeyServer implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger requests = new AtomicInteger();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Answer answer = exchange -> respond(exchange, 503, "");

  /// What the server does with a request.
  interface Answer {
    void to(HttpExchange exchange) throws IOException, InterruptedException;
  }

  KeyServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          requests.incrementAndGet();
          try {
            answer.to(exchange);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } finally {
            exchange.close();
          }
        });
    server.start();
  }

  URI url() {
    return URI.create("http://localhost:%s/keys".formatted(server.getAddress().getPort()));
  }

  /// How many requests have come.
  int requests() {
    return requests.get();
  }

  /// Publishes these keys and no others.
  void publish(TestKey... keys) {
    publish(Arrays.stream(keys).map(TestKey::jwk).toList());
  }

  void publish(List<String> jwks) {
    respond(200, jwks.stream().collect(Collectors.joining(",", "{\"keys\":[", "]}")));
  }

  void respond(int status, String body) {
    answer = exchange -> respond(exchange, status, body);
  }

  void redirectTo(String location, String body) {
    answer =
        exchange -> {
          exchange.getResponseHeaders().set("Location", location);
          respond(exchange, exchange.getRequestURI().getPath().equals("/keys") ? 302 : 200, body);
        };
  }

  /// Lets requests wait without an answer.
  ///
  /// @return lets them go on, and answers with the keys that are published then
  CountDownLatch hang() {
    CountDownLatch released = new CountDownLatch(1);
    answer =
        exchange -> {
          released.await();
          if (closed.getCount() > 0) {
            answer.to(exchange);
          }
        };
    return released;
  }

  /// Sends the beginning of a response, and no more.
  void hangInBody() {
    answer =
        exchange -> {
          exchange.sendResponseHeaders(200, 1_000);
          exchange.getResponseBody().write('{');
          exchange.getResponseBody().flush();
          closed.await();
        };
  }

  private static void respond(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    if (bytes.length > 0) {
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(bytes);
      }
    }
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
