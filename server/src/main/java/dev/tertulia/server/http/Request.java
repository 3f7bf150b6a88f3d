package dev.tertulia.server.http;

import org.jspecify.annotations.Nullable;

/// One HTTP request, already let in.
///
/// @param path percent-decoded, beginning with `/`
/// @param rawPath the same as it came
/// @param rawQuery what follows the `?`, as it came; empty for nothing
/// @param headers the first value of a header by its name; `null` if there is none
/// @param body bounded; empty for none. Not to be changed
public record Request(
    String method, String path, String rawPath, String rawQuery, Headers headers, byte[] body) {
  /// The headers of a request.
  @FunctionalInterface
  public interface Headers {
    @Nullable String get(String name);
  }

  /// A header's value; empty if there is none.
  String header(String name) {
    String value = headers.get(name);
    return value == null ? "" : value;
  }
}
