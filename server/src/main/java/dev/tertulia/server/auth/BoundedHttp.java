package dev.tertulia.server.auth;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Sends requests to other servers, such as issuers of tokens, bounded in bytes and time. It
/// follows no redirection, and each request has a client of its own, which leaves no threads or
/// connections behind.
///
/// @param timeout the maximum time from the beginning to the last byte
/// @param maxBytes the maximum size of the body of a response
public record BoundedHttp(Duration timeout, int maxBytes) {
  /// Whether nobody on the network can read or change what is exchanged with `url`: it is `https`,
  /// or `http` on this machine. A name is not looked up: it may be that of another machine
  /// tomorrow.
  public static boolean isSafe(URI url) {
    String scheme = url.getScheme();
    String host = url.getHost();
    return host != null
        && ("https".equalsIgnoreCase(scheme)
            || ("http".equalsIgnoreCase(scheme) && NetworkGate.isLoopback(host)));
  }

  /// Sends a request. Blocks.
  ///
  /// @throws IOException if that fails; the message has the cause
  public HttpResponse<byte[]> send(HttpRequest request) throws IOException, InterruptedException {
    HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    try {
      return await(
          client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), maxBytes)),
          timeout);
    } finally {
      client.shutdownNow();
    }
  }

  /// Waits for a response.
  ///
  /// @param sent the request
  /// @throws IOException if it fails, or takes longer than `timeout`; the message has the cause
  static HttpResponse<byte[]> await(CompletableFuture<HttpResponse<byte[]>> sent, Duration timeout)
      throws IOException, InterruptedException {
    try {
      return sent.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new IOException("no complete response within " + timeout.toMillis() + " ms", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      String text =
          cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
      throw new IOException(text, cause);
    }
  }

  /// Sends a request, and returns the body of its response.
  ///
  /// @throws IOException if that fails, or the response has another status than 200
  public byte[] fetch(HttpRequest request) throws IOException, InterruptedException {
    return body(send(request));
  }

  /// The body of a response.
  ///
  /// @throws IOException if it has another status than 200
  static byte[] body(HttpResponse<byte[]> response) throws IOException {
    if (response.statusCode() != 200) {
      throw new IOException("the response has the status " + response.statusCode());
    }
    return response.body();
  }
}
