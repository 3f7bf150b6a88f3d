package dev.tertulia.server.protocol;

import dev.tertulia.server.json.JsonObject;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// Fields that messages of all protocols have in common.
public final class MessageFields {
  private MessageFields() {}

  /// Writes a departure, as a chat message of the server.
  public static void departure(
      JsonGenerator out, Entry.Departure departure, String room, Language.Words words, long time) {
    String client = departure.client().value();
    out.writeStringProperty("type", "chat")
        .writeStringProperty("room", room)
        .writeStringProperty("client", client)
        .writeStringProperty("sender", words.system())
        .writeStringProperty("message", words.departed().formatted(client))
        .writeBooleanProperty("system", true)
        .writeNumberProperty("time", time);
  }

  /// Encodes an `error`, as JSON in UTF-8.
  ///
  /// @param ref the `ref` of the request; `null` for none
  public static byte[] error(@Nullable Ref ref, Refusal refusal) {
    return JsonObject.write(out -> {
      begin(out, "error", ref);
      refusal(out, refusal);
    });
  }

  /// Begins a message with its `type`, and its `ref` if there is one.
  public static JsonGenerator begin(JsonGenerator out, String type, @Nullable Ref ref) {
    out.writeStringProperty("type", type);
    if (ref != null) {
      out.writeName("ref").writeRawValue(ref.json());
    }
    return out;
  }

  /// Writes the fields of an `error` after its `type`.
  public static void refusal(JsonGenerator out, Refusal refusal) {
    out.writeStringProperty("code", refusal.code().wireName())
        .writeStringProperty("message", refusal.message())
        .writeBooleanProperty("retry", refusal.code().isWorthRetrying());
  }
}
