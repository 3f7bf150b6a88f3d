package dev.tertulia.server.auth;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// The backend of an operator, which says what the test says. On a real socket.
public final class JoinServer implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch closed = new CountDownLatch(1);

  /// The requests so far.
  public final List<Asked> asked = new CopyOnWriteArrayList<>();

  private volatile Answer answer = question -> new Response(200, "{\"allow\":false}");

  /// A request.
  ///
  /// @param signature the header of that name
  public record Asked(String path, String signature, String body) {}

  /// What the server responds.
  public record Response(int status, String body) {}

  /// What the server does with a request.
  public interface Answer {
    Response to(Asked question) throws InterruptedException;
  }

  public JoinServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  public URI url() {
    return URI.create("http://127.0.0.1:%s/may".formatted(server.getAddress().getPort()));
  }

  public void answer(Answer now) {
    answer = now;
  }

  /// Says this to every question.
  public void say(String body) {
    answer = question -> new Response(200, body);
  }

  /// How many questions contain `text`.
  public long asked(String text) {
    return asked.stream().filter(question -> question.body().contains(text)).count();
  }

  /// Waits until the server closes.
  public Response hang() throws InterruptedException {
    closed.await();
    return new Response(503, "");
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Asked question =
          new Asked(
              exchange.getRequestURI().getPath(),
              String.valueOf(exchange.getRequestHeaders().getFirst("Tertulia-Signature")),
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
      asked.add(question);
      Response response = answer.to(question);
      byte[] bytes = response.body.getBytes(StandardCharsets.UTF_8);
      if (response.status == 302) {
        exchange.getResponseHeaders().set("Location", "/elsewhere");
      }
      exchange.sendResponseHeaders(response.status, bytes.length == 0 ? -1 : bytes.length);
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(bytes);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
