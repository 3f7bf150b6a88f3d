package dev.tertulia.server.connection;

import dev.tertulia.server.topic.OffsetRange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a connection has been sent of its client's inbox, at one moment.
///
/// @param name the server's name for it; empty if it has none
/// @param speaks `base`, `full` or `stream`
/// @param device the client's own name for what it is; `null` if it has said none
/// @param began when, by the loop's clock
/// @param at that moment, by the same clock
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
