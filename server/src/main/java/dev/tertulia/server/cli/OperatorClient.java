package dev.tertulia.server.cli;

import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.storage.CorruptionException;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.DataFolderOperations.ImportReport;
import dev.tertulia.server.storage.FolderServer;
import dev.tertulia.server.storage.OperatorAccess;
import dev.tertulia.server.storage.Progress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// The server of a data folder, over loopback and with the key that the server has left there for
/// the operator.
public final class OperatorClient implements FolderServer {
  private static final int CONNECT_MILLIS = 5_000;

  /// Much longer than it is from one line of a server that works to the next.
  private static final int READ_MILLIS = 60_000;

  private static final int OK = 200;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int UNAVAILABLE = 503;

  @Override
  public Reply ask(Path folder, Work work, Progress progress) throws IOException {
    OperatorAccess access = OperatorAccess.read(folder);
    if (access == null) {
      return new Silent();
    }
    HttpURLConnection connection = request(access, path(work));
    int status;
    try {
      connection.connect();
      try (OutputStream out = connection.getOutputStream()) {
        out.write(body(work));
      }
      status = connection.getResponseCode();
    } catch (IOException e) {
      // It does not listen yet, or not any more.
      return new Silent();
    }
    return switch (status) {
      case OK -> read(connection, work, progress);
      // The key is that of an earlier server, or the server is stopping.
      case UNAUTHORIZED, FORBIDDEN, UNAVAILABLE -> new Silent();
      default -> throw new DataFolderException(refusal(connection));
    };
  }

  private static String path(Work work) {
    return switch (work) {
      case Erase _ -> "/api/v1/admin/erasures";
      case ImportFile _ -> "/api/v1/admin/imports";
    };
  }

  private static byte[] body(Work work) {
    return JsonText.object(out -> {
      switch (work) {
        case Erase(String client) -> out.writeStringProperty("client", client);
        case ImportFile(Path file, long _) -> out.writeStringProperty("file", file.toString());
      }
    });
  }

  /// The key is not sent to another machine, whatever the file says, nor to a proxy.
  private static HttpURLConnection request(OperatorAccess access, String path) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection)
            access.loopbackServer().resolve(path).toURL().openConnection(Proxy.NO_PROXY);
    connection.setRequestMethod("POST");
    connection.setDoOutput(true);
    connection.setInstanceFollowRedirects(false);
    connection.setConnectTimeout(CONNECT_MILLIS);
    connection.setReadTimeout(READ_MILLIS);
    connection.setRequestProperty("Content-Type", "application/json");
    connection.setRequestProperty("Authorization", "Bearer " + access.token());
    return connection;
  }

  /// Why the server refuses the request.
  private static String refusal(HttpURLConnection connection) throws IOException {
    JsonValue problem = JsonValue.NOTHING;
    try (InputStream in = connection.getErrorStream()) {
      if (in != null) {
        problem = JsonValue.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return switch (problem.text("busy")) {
      case "erasure" -> "another client is being erased: run this again when that has finished";
      case "import" -> "another file is being imported: run this again when that has finished";
      default ->
          "the server refuses (status %s): %s"
              .formatted(connection.getResponseCode(), problem.text("detail"));
    };
  }

  private static Reply read(HttpURLConnection connection, Work work, Progress progress) {
    long total =
        switch (work) {
          case Erase _ -> 0;
          case ImportFile(Path _, long bytes) -> bytes;
        };
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonValue value = JsonValue.parse(line);
        switch (value.text("type")) {
          case "progress" -> progress.at(value.text("what"), value.number("done"), total);
          case "erased" -> {
            return new Erased();
          }
          case "imported" -> {
            return new Imported(report(value));
          }
          case "failed" ->
              throw value.truth("damaged")
                  ? new CorruptionException(value.text("detail"))
                  : new DataFolderException(value.text("detail"));
          default -> {
            // A line of a later version.
          }
        }
      }
    } catch (IOException e) {
      // As if it had ended without its last line.
    }
    return new Lost();
  }

  private static ImportReport report(JsonValue line) {
    return new ImportReport(
        line.number("topics"),
        line.number("added"),
        line.number("present"),
        line.number("deleted"),
        line.number("older"));
  }
}
