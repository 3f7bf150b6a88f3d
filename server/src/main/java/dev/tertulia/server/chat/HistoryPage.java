package dev.tertulia.server.chat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.topic.Position;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A page of the messages of a room in their current state.
///
/// @param messages oldest first
/// @param more whether there are more in the requested direction
/// @param asOf the position up to which everything that amends these messages is in them, and
///   nothing later; `null` in a room that stores nothing
public record HistoryPage(
    RoomName room, List<RoomLog.Message> messages, boolean more, @Nullable Position asOf) {
  /// The maximum size of the texts of a page, in bytes. The first message may exceed it.
  public static final int MAX_BYTES = 256 * 1024;

  public HistoryPage {
    messages = List.copyOf(messages);
  }

  /// Reads a page: at most that many messages and at most [#MAX_BYTES] of text, but at least one
  /// message if there is one. May block on a disk.
  ///
  /// @param reader the client whose own reactions are marked as `mine`
  /// @throws dev.tertulia.server.topic.LogException if the log can't be read at the moment, or is
  ///   damaged at that place
  public static HistoryPage read(RoomLog log, HistoryQuery query, ClientId reader) {
    boolean forward = query.window() instanceof HistoryQuery.Window.After;
    RoomLog.History found =
        switch (query.window()) {
          case HistoryQuery.Window.Before before ->
              log.before(query.room(), before.offset(), query.limit(), reader);
          case HistoryQuery.Window.After after ->
              log.after(query.room(), after.offset(), query.limit(), reader);
        };
    List<RoomLog.Message> messages = found.messages();
    List<RoomLog.Message> taken = new ArrayList<>(messages.size());
    int bytes = 0;
    // Begins with the messages that are nearest to the requested offset.
    for (int i = 0; i < messages.size() && bytes < MAX_BYTES; i++) {
      RoomLog.Message message = messages.get(forward ? i : messages.size() - 1 - i);
      bytes += sizeOf(message.chat());
      taken.add(message);
    }
    boolean more = found.more() || taken.size() < messages.size();
    return new HistoryPage(query.room(), forward ? taken : taken.reversed(), more, found.asOf());
  }

  private static int sizeOf(Entry.Chat chat) {
    return chat.message().length() + (chat.data() == null ? 0 : chat.data().length());
  }
}
