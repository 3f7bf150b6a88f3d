package dev.tertulia.server.cli;

import dev.tertulia.server.json.JsonText;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A client of the HTTP API of one server. Uses `HttpURLConnection` because it starts faster than
/// the newer client of the JDK.
final class ApiClient {
  /// How much standard input is read at most, in bytes. It exceeds the limit of a message, so that
  /// the server refuses a text that is too long.
  static final int MOST_TEXT_BYTES = 256 * 1024;

  private static final String EVENTS = "text/event-stream";
  private static final int CONNECT_MILLIS = 10_000;

  /// Longer than the server's own time limit for an answer.
  private static final int READ_MILLIS = 60_000;

  private final URI server;

  ApiClient(URI server) {
    this.server = server;
  }

  /// A response of the server.
  record Answer(int status, String body) {
    boolean isDone() {
      return status >= 200 && status < 300;
    }

    /// Whether the same request may succeed later.
    boolean isForNow() {
      return status == 429 || status >= 500;
    }

    JsonValue json() {
      return JsonValue.parse(body);
    }
  }

  /// A response to the request for a stream: either the stream or the refusal.
  ///
  /// @param events the body of the stream; `null` if the request was refused
  record Opened(@Nullable InputStream events, Answer answer) {}

  /// Sends a POST request. An `Idempotency-Key` makes sure that the effect happens once, even if
  /// `HttpURLConnection` repeats the request.
  ///
  /// @param fields texts or lists of texts; a field with the value `null` is omitted
  Answer post(String path, Map<String, ? extends @Nullable Object> fields) throws IOException {
    HttpURLConnection connection = connect(path);
    connection.setRequestMethod("POST");
    connection.setDoOutput(true);
    connection.setRequestProperty("Content-Type", "application/json");
    connection.setRequestProperty("Idempotency-Key", UUID.randomUUID().toString());
    try (OutputStream out = connection.getOutputStream()) {
      out.write(json(fields));
    }
    return answer(connection);
  }

  Answer get(String path) throws IOException {
    return answer(connect(path));
  }

  /// Opens a stream of events.
  ///
  /// @param lastId the `id` of the last event received; empty for none
  Opened stream(String path, String lastId) throws IOException {
    HttpURLConnection connection = connect(path);
    connection.setRequestProperty("Accept", EVENTS);
    if (!lastId.isEmpty()) {
      connection.setRequestProperty("Last-Event-ID", lastId);
    }
    int status = connection.getResponseCode();
    return status == 200 && String.valueOf(connection.getContentType()).startsWith(EVENTS)
        ? new Opened(connection.getInputStream(), new Answer(status, ""))
        : new Opened(null, answer(connection));
  }

  /// Encodes a name for use in a path or a query.
  static String encoded(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private HttpURLConnection connect(String path) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(server + path).toURL().openConnection();
    connection.setConnectTimeout(CONNECT_MILLIS);
    connection.setReadTimeout(READ_MILLIS);
    connection.setInstanceFollowRedirects(false);
    return connection;
  }

  private static Answer answer(HttpURLConnection connection) throws IOException {
    int status = connection.getResponseCode();
    try (InputStream in =
        status >= 400 ? connection.getErrorStream() : connection.getInputStream()) {
      String body = in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return new Answer(status, body);
    }
  }

  /// Encodes the fields as a JSON object.
  private static byte[] json(Map<String, ? extends @Nullable Object> fields) {
    return JsonText.object(out ->
        fields.forEach((name, value) -> {
          if (value instanceof List<?> list) {
            out.writeArrayPropertyStart(name);
            list.forEach(each -> out.writeString(each.toString()));
            out.writeEndArray();
          } else if (value != null) {
            out.writeStringProperty(name, value.toString());
          }
        }));
  }
}
