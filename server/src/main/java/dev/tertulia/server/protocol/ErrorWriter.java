package dev.tertulia.server.protocol;

import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.protocol.Received.Ref;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// Encodes an `error`, alike in all protocols. Safe for any thread.
public final class ErrorWriter {
  private ErrorWriter() {}

  /// Encodes an `error`, as JSON in UTF-8.
  ///
  /// @param ref the `ref` of the request; `null` for none
  public static byte[] error(@Nullable Ref ref, Refusal refusal) {
    return JsonText.object(out -> {
      Ref.begin(out, "error", ref);
      refusal(out, refusal);
    });
  }

  /// Writes the fields of an `error` after its `type`.
  public static void refusal(JsonGenerator out, Refusal refusal) {
    out.writeStringProperty("code", refusal.code().wireName())
        .writeStringProperty("message", refusal.message())
        .writeBooleanProperty("retry", refusal.retry());
  }
}
