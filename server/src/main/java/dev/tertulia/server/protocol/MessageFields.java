package dev.tertulia.server.protocol;

import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import tools.jackson.core.JsonGenerator;

/// Fields that messages of the base protocol and of the full protocol have in common.
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

  /// Writes the fields of an `error` after its `type`.
  public static void refusal(JsonGenerator out, Refusal refusal) {
    out.writeStringProperty("code", refusal.code().wireName())
        .writeStringProperty("message", refusal.message())
        .writeBooleanProperty("retry", refusal.code().isWorthRetrying());
  }
}
