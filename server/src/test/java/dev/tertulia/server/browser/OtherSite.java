package dev.tertulia.server.browser;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/// A web site of another origin than the server's: one page, whatever the path.
final class OtherSite implements AutoCloseable {
  private final HttpServer http;
  private volatile String page = "";
  private volatile String policy = "";

  private OtherSite(HttpServer http) {
    this.http = http;
    http.createContext("/", this::answer);
    http.start();
  }

  static OtherSite start() {
    try {
      return new OtherSite(
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Serves this page from now on.
  ///
  /// @param policy its Content-Security-Policy
  void serve(String page, String policy) {
    this.page = page;
    this.policy = policy;
  }

  String origin() {
    return "http://127.0.0.1:" + http.getAddress().getPort();
  }

  URI address() {
    return URI.create(origin() + "/");
  }

  @Override
  public void close() {
    http.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (exchange.getRequestURI().getPath().equals("/favicon.ico")) {
        exchange.sendResponseHeaders(204, -1);
        return;
      }
      byte[] body = page.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
      exchange.getResponseHeaders().set("Content-Security-Policy", policy);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
