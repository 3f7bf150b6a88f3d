package dev.tertulia.server.http;

import org.jspecify.annotations.Nullable;

/// One HTTP request, already let in.
///
/// @param rawPath beginning with `/`, as it came, each character a byte; see [RawText]
/// @param rawQuery what follows the `?`, in the same way; empty for nothing
/// @param headers the value of a header by its name, or its values as a list; `null` if there is
///   none
/// @param body bounded; empty for none. Not to be changed
public record Request(
    String method, String rawPath, String rawQuery, Headers headers, byte[] body) {
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
