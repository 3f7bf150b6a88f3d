package dev.tertulia.server.api;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.storage.OperatorAccess;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A program that uses the API of one server, and shows the operator's key where that is needed.
final class Api implements AutoCloseable {
  private final HttpClient http = HttpClient.newHttpClient();
  private final TestServer server;

  Api(TestServer server) {
    this.server = server;
  }

  /// An answer.
  record Answer(int status, String type, String body, Map<String, List<String>> headers) {
    Json json() {
      return Json.parse(body());
    }

    String header(String name) {
      Map<String, List<String>> anyCase = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      anyCase.putAll(headers);
      return anyCase.getOrDefault(name, List.of("")).getFirst();
    }

    /// Expects a problem document.
    Json problem(int expected, String code) {
      assertThat(status).as(body()).isEqualTo(expected);
      assertThat(type).isEqualTo("application/problem+json");
      Json problem = json();
      assertThat(problem.number("status")).isEqualTo(expected);
      assertThat(problem.text("code")).isEqualTo(code);
      assertThat(problem.text("title")).isNotEmpty();
      assertThat(problem.text("detail")).isNotEmpty();
      return problem;
    }

    Json ok(int expected) {
      assertThat(status).as(body()).isEqualTo(expected);
      return json();
    }
  }

  Answer get(String path, String... headers) {
    return send("GET", path, null, headers);
  }

  Answer post(String path, String json, String... headers) {
    return send("POST", path, json, with(headers, "Content-Type", "application/json"));
  }

  /// Sends what `curl -d` would.
  Answer postText(String path, String text, String... headers) {
    return send(
        "POST", path, text, with(headers, "Content-Type", "application/x-www-form-urlencoded"));
  }

  Answer send(String method, String path, @Nullable String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.http(path))
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    if (path.startsWith("/api/v1/admin/")) {
      request.setHeader("Authorization", "Bearer " + operatorKey());
    }
    try {
      HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
      return new Answer(
          response.statusCode(),
          response.headers().firstValue("Content-Type").orElse(""),
          response.body(),
          response.headers().map());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /// What the server has left for its operator.
  private String operatorKey() {
    try {
      return requireNonNull(OperatorAccess.read(server.data())).token();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Sends a request whose address is as it stands here.
  Answer raw(String method, String path) {
    try (RawSocket socket = RawSocket.open(server)) {
      socket.send(
          "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n\r\n"
              .formatted(method, path, server.port()));
      String head = socket.head();
      String body = socket.untilEnd();
      return new Answer(
          Integer.parseInt(head.substring(9, 12)), header(head, "Content-Type"), body, Map.of());
    }
  }

  private static String[] with(String[] headers, String name, String value) {
    List<String> all = new ArrayList<>(List.of(headers));
    all.add(name);
    all.add(value);
    return all.toArray(String[]::new);
  }

  private static String header(String head, String name) {
    Matcher matcher = Pattern.compile("(?im)^" + name + ": (.*)$").matcher(head);
    return matcher.find() ? matcher.group(1) : "";
  }

  @Override
  public void close() {
    http.close();
  }
}
