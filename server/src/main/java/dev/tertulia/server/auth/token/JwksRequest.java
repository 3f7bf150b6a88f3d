package dev.tertulia.server.auth.token;

import dev.tertulia.server.auth.BoundedHttp;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;

/// A request for a set of keys over HTTP.
///
/// @param url where the keys are
/// @param timeout the maximum time from the beginning to the last byte
record JwksRequest(URI url, Duration timeout) implements KeysRequest {
  /// The maximum size of a set of keys, in bytes.
  static final int MAX_BYTES = 256 << 10;

  JwksRequest {
    boolean web = "https".equals(url.getScheme()) || "http".equals(url.getScheme());
    if (!web || url.getHost() == null || url.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "the URL of the keys must begin with https:// or http://, and contain no password");
    }
  }

  @Override
  public byte[] send() throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(url).header("Accept", "application/json").build();
    return new BoundedHttp(timeout, MAX_BYTES).fetch(request);
  }

  @Override
  public String toString() {
    return url.toString();
  }
}
