package dev.tertulia.server.protocol;

/// A client's own mark on a request, by which it knows the reply: text or an integer.
///
/// @param json as it stood in the request, a JSON string or integer; at most 128 characters of
///   text, or as many digits
public record Ref(String json) {
  /// The longest one, in characters.
  public static final int MAX_LENGTH = 128;
}
