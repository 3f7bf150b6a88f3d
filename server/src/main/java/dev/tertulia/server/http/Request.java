package dev.tertulia.server.http;

import org.jspecify.annotations.Nullable;

/// One HTTP request, already let in.
///
/// @param path percent-decoded, beginning with `/`
/// @param headers the first value of a header by its name; `null` if there is none
public record Request(String method, String path, Headers headers) {
  /// The headers of a request.
  @FunctionalInterface
  public interface Headers {
    @Nullable String get(String name);
  }
}
