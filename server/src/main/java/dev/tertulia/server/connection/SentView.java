package dev.tertulia.server.connection;

import dev.tertulia.server.topic.OffsetRange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a connection was sent from the inbox of its client, at one moment.
///
/// @param name the id that the server gave it; empty for none
/// @param speaks `base`, `full` or `stream`
/// @param device the device name sent by the client; `null` for none
/// @param began when it was opened, by the clock of the loop
/// @param at the moment, by the same clock
record SentView(
    String name,
    String speaks,
    @Nullable String device,
    long began,
    long at,
    List<OffsetRange> personal,
    List<OffsetRange> broadcasts) {
  SentView {
    personal = List.copyOf(personal);
    broadcasts = List.copyOf(broadcasts);
  }

  boolean isEmpty() {
    return personal.isEmpty() && broadcasts.isEmpty();
  }
}
