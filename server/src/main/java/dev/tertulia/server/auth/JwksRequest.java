package dev.tertulia.server.auth;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A request for a set of keys over HTTP, bounded in bytes and time. It follows no redirection, and
/// has a client of its own, which leaves no threads or connections behind.
///
/// @param url where the keys are
/// @param timeout the maximum time from the beginning to the last byte
record JwksRequest(URI url, Duration timeout) {
  /// The maximum size of a set of keys, in bytes.
  static final int MAX_BYTES = 256 << 10;

  /// Fetches the keys. Blocks.
  ///
  /// @throws IOException if that fails; the message has the cause
  JwkSet send() throws IOException, InterruptedException {
    HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    try {
      HttpRequest request =
          HttpRequest.newBuilder(url).header("Accept", "application/json").build();
      HttpResponse<byte[]> response =
          client
              .sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_BYTES))
              .get(timeout.toNanos(), TimeUnit.NANOSECONDS);
      if (response.statusCode() != 200) {
        throw new IOException("the response has the status " + response.statusCode());
      }
      return JwkSet.parse(response.body());
    } catch (TimeoutException e) {
      throw new IOException("no complete response within " + timeout.toMillis() + " ms", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      String text =
          cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
      throw new IOException(text, cause);
    } finally {
      client.shutdownNow();
    }
  }
}
