package dev.tertulia.server.protocol;

import dev.tertulia.server.json.JsonText;

/// The `ref` of a request, by which the client recognizes the reply: a text or an integer.
///
/// @param json the JSON string or integer, as it appears in the reply; a text has at most 128
///   characters, an integer at most 128 digits
public record Ref(String json) {
  /// The maximum length, in characters.
  public static final int MAX_LENGTH = 128;

  /// A `ref` that is a text.
  public static Ref of(String text) {
    return new Ref(JsonText.string(text));
  }
}
