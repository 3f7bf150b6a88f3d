package dev.tertulia.server.protocol;

import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.Refusal;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// The outcome of decoding one message from a client: a request of the protocol, or the reason why
/// it is refused.
///
/// @param <R> the type of the protocol's requests
public sealed interface Received<R> {
  /// The client's mark, which its reply repeats; `null` if the message has none or an invalid one.
  @Nullable Ref ref();

  /// A request that follows the protocol.
  record Ok<R>(@Nullable Ref ref, R request) implements Received<R> {}

  /// A message that does not.
  record Refused<R>(@Nullable Ref ref, Refusal refusal) implements Received<R> {}

  /// The `ref` of a request, by which the client recognizes the reply: a text or an integer.
  ///
  /// @param json the JSON string or integer, as it appears in the reply; a text has at most 128
  ///   characters, an integer at most 128 digits
  record Ref(String json) {
    /// The maximum length, in characters.
    public static final int MAX_LENGTH = 128;

    /// A `ref` that is a text.
    public static Ref of(String text) {
      return new Ref(JsonText.string(text));
    }

    /// Begins a message with its `type`, and the `ref` of the request that it answers.
    ///
    /// @param ref `null` for none
    public static JsonGenerator begin(JsonGenerator out, String type, @Nullable Ref ref) {
      out.writeStringProperty("type", type);
      if (ref != null) {
        out.writeName("ref").writeRawValue(ref.json());
      }
      return out;
    }
  }
}
