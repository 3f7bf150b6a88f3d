package dev.tertulia.server.testing;

import static java.util.Objects.requireNonNull;

import dev.tertulia.server.storage.OperatorAccess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// Requests of the operator of the server that uses a data folder, with the key that it has left
/// there.
public final class OperatorApi {
  private OperatorApi() {}

  /// Sends a request, and returns when the head of the response has come.
  public static Lines post(Path data, String path, String json) {
    try {
      HttpURLConnection connection = open(data, path);
      connection.setDoOutput(true);
      connection.setRequestProperty("Content-Type", "application/json");
      try (OutputStream out = connection.getOutputStream()) {
        out.write(json.getBytes(StandardCharsets.UTF_8));
      }
      int status = connection.getResponseCode();
      return new Lines(
          status,
          connection,
          new BufferedReader(
              new InputStreamReader(
                  status < 400 ? connection.getInputStream() : connection.getErrorStream(),
                  StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static HttpURLConnection open(Path data, String path) throws IOException {
    OperatorAccess access = requireNonNull(OperatorAccess.read(data));
    HttpURLConnection connection =
        (HttpURLConnection) access.server().resolve(path).toURL().openConnection();
    connection.setReadTimeout((int) TestServer.PATIENCE.toMillis());
    connection.setRequestProperty("Authorization", "Bearer " + access.token());
    return connection;
  }

  /// The answer to a question, if there is one.
  public static Json get(Path data, String path) {
    try (InputStream in = open(data, path).getInputStream()) {
      return Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A response.
  public record Lines(int status, HttpURLConnection connection, BufferedReader in)
      implements AutoCloseable {
    /// The next line.
    public Json next() {
      try {
        return Json.parse(requireNonNull(in.readLine(), "the response has ended"));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /// All lines that are left, if they end as they should.
    public List<Json> rest() {
      return in.lines().map(Json::parse).toList();
    }

    /// The last line.
    public Json last() {
      return rest().getLast();
    }

    /// Waits until the response breaks off.
    public void awaitBreak() {
      try {
        while (in.readLine() != null) {
          // The lines before.
        }
      } catch (SocketException reset) {
        return;
      } catch (IOException premature) {
        return;
      }
      throw new AssertionError("the response is complete");
    }

    /// Goes away, whether the response is complete or not.
    public void leave() {
      connection.disconnect();
    }

    @Override
    public void close() {
      leave();
    }
  }
}
