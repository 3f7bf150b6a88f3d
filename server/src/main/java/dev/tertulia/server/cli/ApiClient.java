package dev.tertulia.server.cli;

import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.storage.OperatorAccess;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.net.URL;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A client of the HTTP API of one server, which shows the operator's key if the server asks for
/// one. Uses `HttpURLConnection` because it starts faster than the newer client of the JDK.
final class ApiClient {
  /// How much standard input is read at most, in bytes. It exceeds the limit of a message, so that
  /// the server refuses a text that is too long.
  static final int MOST_TEXT_BYTES = 256 * 1024;

  private static final String EVENTS = "text/event-stream";
  private static final int CONNECT_MILLIS = 10_000;

  /// Longer than the server's own time limit for an answer.
  private static final int READ_MILLIS = 60_000;

  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int UNAVAILABLE = 503;

  private final URI server;

  /// Returns the operator's key; `null` if there is none for this server.
  private final Supplier<@Nullable String> key;

  /// Whether requests show the key at once.
  private boolean keyed;

  /// @param key called for each request, once the server has asked for a key; returns `null` if
  ///   there is none for this server
  ApiClient(URI server, Supplier<@Nullable String> key) {
    this.server = server;
    this.key = key;
  }

  /// A client of the server that uses a data folder, as the operator on the machine. The operator's
  /// key is not sent to another machine, whatever the files of the folder say, nor to a proxy.
  static ApiClient ofOperator(OperatorAccess access) throws IOException {
    ApiClient client = new ApiClient(access.loopbackServer(), access::token);
    client.keyed = true;
    return client;
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

    /// Whether another server than that of the folder may have answered, or one that is stopping.
    boolean mayBeOfAnotherServer() {
      return status == UNAUTHORIZED || status == FORBIDDEN || status == UNAVAILABLE;
    }

    JsonValue json() {
      return JsonValue.parse(body);
    }
  }

  /// A response to the request for a stream: either the stream or the refusal.
  ///
  /// @param events the body of the stream, events or lines; `null` if the request was refused
  record Opened(@Nullable InputStream events, Answer answer) {}

  /// Sends a POST request. An `Idempotency-Key` makes sure that the effect happens once, even if
  /// `HttpURLConnection` repeats the request.
  ///
  /// @param fields texts, numbers or lists of texts; a field with the value `null` is omitted
  Answer post(String path, Map<String, ? extends @Nullable Object> fields) throws IOException {
    String once = UUID.randomUUID().toString();
    byte[] body = json(fields);
    return answer(
        send(
            path,
            connection -> {
              connection.setRequestMethod("POST");
              connection.setDoOutput(true);
              connection.setRequestProperty("Content-Type", "application/json");
              connection.setRequestProperty("Idempotency-Key", once);
              if (keyed) {
                // Not every request of an operator may be repeated.
                connection.setFixedLengthStreamingMode(body.length);
              }
              try (OutputStream out = connection.getOutputStream()) {
                out.write(body);
              }
            }));
  }

  /// Sends a POST request without a body.
  Answer post(String path) throws IOException {
    return answer(send(path, ApiClient::postNothing));
  }

  private static void postNothing(HttpURLConnection connection) throws IOException {
    connection.setRequestMethod("POST");
    connection.setDoOutput(true);
    connection.setFixedLengthStreamingMode(0);
    connection.getOutputStream().close();
  }

  /// Sends a POST request without a body whose response is lines that come while work is done.
  Opened postForLines(String path) throws IOException {
    return opened(send(path, ApiClient::postNothing), "application/x-ndjson");
  }

  Answer delete(String path) throws IOException {
    return answer(send(path, connection -> connection.setRequestMethod("DELETE")));
  }

  Answer get(String path) throws IOException {
    return answer(send(path, connection -> {}));
  }

  /// Opens a stream of events.
  ///
  /// @param lastId the `id` of the last event received; empty for none
  Opened stream(String path, String lastId) throws IOException {
    return opened(
        send(
            path,
            asking -> {
              asking.setRequestProperty("Accept", EVENTS);
              if (!lastId.isEmpty()) {
                asking.setRequestProperty("Last-Event-ID", lastId);
              }
            }),
        EVENTS);
  }

  /// @param type the media type of the stream; any other response is a refusal
  private static Opened opened(HttpURLConnection connection, String type) throws IOException {
    int status = connection.getResponseCode();
    return status == 200 && String.valueOf(connection.getContentType()).startsWith(type)
        ? new Opened(connection.getInputStream(), new Answer(status, ""))
        : new Opened(null, answer(connection));
  }

  /// Encodes a name for use in a path or a query.
  static String encoded(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /// What a request has besides its path.
  private interface Parts {
    void addTo(HttpURLConnection connection) throws IOException;
  }

  /// Sends a request; again, with the key, if the server asks for one. It is not shown to a server
  /// that does not.
  private HttpURLConnection send(String path, Parts parts) throws IOException {
    HttpURLConnection connection = connect(path, keyed ? key.get() : null);
    parts.addTo(connection);
    if (keyed || connection.getResponseCode() != UNAUTHORIZED) {
      return connection;
    }
    String known = key.get();
    if (known == null) {
      return connection;
    }
    keyed = true;
    answer(connection);
    HttpURLConnection again = connect(path, known);
    parts.addTo(again);
    return again;
  }

  private HttpURLConnection connect(String path, @Nullable String shown) throws IOException {
    URL url = URI.create(server + path).toURL();
    HttpURLConnection connection =
        (HttpURLConnection)
            (shown == null ? url.openConnection() : url.openConnection(Proxy.NO_PROXY));
    if (shown != null) {
      connection.setRequestProperty("Authorization", "Bearer " + shown);
    }
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
          } else if (value instanceof Long number) {
            out.writeNumberProperty(name, number);
          } else if (value != null) {
            out.writeStringProperty(name, value.toString());
          }
        }));
  }
}
