package dev.tertulia.server.auth;

import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.RoomName;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Whether a client may do something in a room, as the operator's backend is asked. Two that are
/// equal have the same answer.
///
/// @param name what its token calls the client; `null` if it does not
/// @param groups those of its token
/// @param issuer the issuer of its token; `null` if it does not say
record JoinQuestion(
    ClientId client,
    @Nullable String name,
    Set<String> groups,
    @Nullable String issuer,
    RoomName room,
    Kind kind) {
  /// What the client wants to do.
  enum Kind {
    /// Receive and read messages.
    JOIN,
    /// Send messages, react, and amend its own messages.
    SEND,
    /// Amend messages of others.
    MODERATE
  }

  static JoinQuestion of(Principal principal, RoomName room, Kind kind) {
    Principal.Claims claims = principal.claims();
    return new JoinQuestion(
        principal.client(), claims.name(), claims.groups(), claims.issuer(), room, kind);
  }

  /// The body of the request: one JSON object.
  byte[] toJson() {
    return JsonText.object(out -> {
      out.writeStringProperty("client", client.value())
          .writeStringProperty("room", room.value())
          .writeStringProperty("action", kind.name().toLowerCase(Locale.ROOT));
      if (name != null) {
        out.writeStringProperty("name", name);
      }
      if (issuer != null) {
        out.writeStringProperty("issuer", issuer);
      }
      if (!groups.isEmpty()) {
        out.writeArrayPropertyStart("groups");
        groups.stream().sorted().forEach(out::writeString);
        out.writeEndArray();
      }
    });
  }
}
