package dev.tertulia.server.http.api;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// What the configuration says about a room, for operators.
///
/// @param kind where its entries are kept: `durable`, `memory` or `signal`
/// @param access who may enter: `public`, `members` or `direct`
/// @param keep how long entries are kept; `null` for no limit
/// @param entries the maximum number of entries kept; 0 for no limit
/// @param bytes the maximum size of the entries kept, in bytes; 0 for no limit
/// @param clients the maximum number of clients in the room at once; 0 for no limit
/// @param departures whether the room is told when clients go
/// @param moderators patterns of the clients that moderate
public record RoomSettings(
    String kind,
    String access,
    @Nullable Duration keep,
    long entries,
    long bytes,
    int clients,
    boolean departures,
    List<String> moderators) {
  public RoomSettings {
    moderators = List.copyOf(moderators);
  }

  /// Writes the members of an object, without those that set no limit.
  void write(JsonGenerator out) {
    out.writeStringProperty("kind", kind).writeStringProperty("access", access);
    if (keep != null) {
      out.writeNumberProperty("keep", keep.toMillis());
    }
    limit(out, "entries", entries);
    limit(out, "bytes", bytes);
    limit(out, "clients", clients);
    out.writeBooleanProperty("departures", departures).writeArrayPropertyStart("moderators");
    moderators.forEach(out::writeString);
    out.writeEndArray();
  }

  private static void limit(JsonGenerator out, String name, long most) {
    if (most > 0) {
      out.writeNumberProperty(name, most);
    }
  }
}
