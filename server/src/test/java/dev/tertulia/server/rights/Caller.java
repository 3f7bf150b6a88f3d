package dev.tertulia.server.rights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.auth.KeyScopes;
import dev.tertulia.server.auth.key.ApiKey;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A program that uses the API with a token or a key. JSON is written with single quotes.
final class Caller implements AutoCloseable {
  private final HttpClient http = HttpClient.newHttpClient();
  private final TestServer server;
  private final String secret;

  /// @param secret the token or the key
  Caller(TestServer server, String secret) {
    this.server = server;
    this.secret = secret;
  }

  /// A program with a new key for everything.
  static Caller backend(TestServer server) {
    return withKey(server, "backend", KeyScopes.ALL);
  }

  /// A program with a new key.
  static Caller withKey(TestServer server, String name, KeyScopes scopes) {
    ApiKey.Made made = ApiKey.make(name, scopes, Instant.now(), null);
    assertThat(server.server().apiKeys().add(made.key())).isNull();
    return new Caller(server, made.text());
  }

  /// A response.
  record Answer(int status, String body) {
    Json json() {
      return Json.parse(body);
    }

    /// The status, and the code of a problem.
    String outcome() {
      return status >= 400 ? status + " " + json().text("code") : Integer.toString(status);
    }
  }

  /// The token or the key.
  String secret() {
    return secret;
  }

  Answer get(String path) {
    return send("GET", path, null);
  }

  Answer post(String path, String json) {
    return send("POST", path, json);
  }

  /// @param json `null` for no body
  Answer send(String method, String path, @Nullable String json) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.http(path))
            .header("Authorization", "Bearer " + secret)
            .method(
                method,
                json == null
                    ? BodyPublishers.noBody()
                    : BodyPublishers.ofString(json.replace('\'', '"')));
    if (json != null) {
      request.header("Content-Type", "application/json");
    }
    try {
      HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
      return new Answer(response.statusCode(), response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
