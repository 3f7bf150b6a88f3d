package dev.tertulia.server.protocol;

import tools.jackson.core.JsonGenerator;

/// What stands alike in messages of the base protocol and of the full one.
final class BaseFields {
  private BaseFields() {}

  /// A client went away: said by the server, in the place of a chat message.
  static void departure(
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

  /// The fields of an `error`, behind its `type`.
  static void refusal(JsonGenerator out, Refusal refusal) {
    out.writeStringProperty("code", refusal.code().wireName())
        .writeStringProperty("message", refusal.message())
        .writeBooleanProperty("retry", refusal.code().isWorthRetrying());
  }
}
