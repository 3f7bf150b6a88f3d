package dev.tertulia.server.chat;

import dev.tertulia.server.model.RoomName;

/// Asks for a page of the messages of a room in their current state.
///
/// @param limit the maximum number of messages, from 1 to [#MAX_LIMIT]
public record HistoryQuery(RoomName room, Window window, int limit) {
  /// The maximum number of messages of a page.
  public static final int MAX_LIMIT = 200;

  /// The default number of messages of a page.
  public static final int DEFAULT_LIMIT = 50;

  /// The start and direction of a page.
  public sealed interface Window {
    /// The newest messages, or those before an offset.
    ///
    /// @param offset [Long#MAX_VALUE] for the newest
    record Before(long offset) implements Window {}

    /// The messages after an offset.
    record After(long offset) implements Window {}
  }
}
