package dev.tertulia.server.storage;

import dev.tertulia.server.model.Limit;
import java.util.function.Consumer;

/// Limits on the number of rooms and inboxes. Existing ones are served regardless of the limits.
///
/// @param rooms in one database
/// @param roomsPerClient how many rooms a client may take part in when it creates another by
///   sending to it
/// @param newRoomsPerClient how many rooms a client may create in a day
/// @param inboxes the number of clients with an inbox: those that have connected or were notified
/// @param inboxesPerSender how many inboxes a client may create in a day by notifying clients that
///   have never connected
/// @param refused told of each refusal, on the writer's thread
public record NameBounds(
    long rooms,
    int roomsPerClient,
    int newRoomsPerClient,
    long inboxes,
    int inboxesPerSender,
    Consumer<Limit> refused) {
  /// No limits.
  public static final NameBounds NONE =
      new NameBounds(
          Long.MAX_VALUE,
          Integer.MAX_VALUE,
          Integer.MAX_VALUE,
          Long.MAX_VALUE,
          Integer.MAX_VALUE,
          limit -> {});
}
