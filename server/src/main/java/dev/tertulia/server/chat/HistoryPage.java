package dev.tertulia.server.chat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.protocol.EntryPosition;
import dev.tertulia.server.protocol.full.Reply;
import dev.tertulia.server.protocol.full.Request;
import dev.tertulia.server.topic.Position;
import java.util.ArrayList;
import java.util.List;

/// Reads a page of the messages of a room in their current state, as the protocol represents them.
public final class HistoryPage {
  private HistoryPage() {}

  /// Reads the requested page: at most that many messages and at most `mostBytes` of text, but at
  /// least one message if there is one. May block on a disk.
  ///
  /// @param reader the client whose own reactions are marked as `mine`
  /// @throws dev.tertulia.server.topic.LogException if the log can't be read at the moment, or is
  ///   damaged at that place
  public static Reply.History read(
      RoomLog log, Request.History asked, ClientId reader, int mostBytes) {
    boolean forward = asked.window() instanceof Request.Window.After;
    RoomLog.History found =
        switch (asked.window()) {
          case Request.Window.Before before ->
              log.before(asked.room(), before.offset(), asked.limit(), reader);
          case Request.Window.After after ->
              log.after(asked.room(), after.offset(), asked.limit(), reader);
        };
    List<RoomLog.Message> messages = found.messages();
    List<Reply.Message> taken = new ArrayList<>(messages.size());
    int bytes = 0;
    // Begins with the messages that are nearest to the requested offset.
    for (int i = 0; i < messages.size() && bytes < mostBytes; i++) {
      RoomLog.Message message = messages.get(forward ? i : messages.size() - 1 - i);
      bytes += sizeOf(message);
      taken.add(reply(message));
    }
    boolean more = found.more() || taken.size() < messages.size();
    return new Reply.History(asked.room(), forward ? taken : taken.reversed(), more);
  }

  private static int sizeOf(RoomLog.Message message) {
    Entry.Chat chat = chat(message);
    return chat.message().length() + (chat.data() == null ? 0 : chat.data().length());
  }

  private static Reply.Message reply(RoomLog.Message message) {
    Position position = message.publication().position();
    if (position == null) {
      throw new IllegalArgumentException("a message of the log has a position");
    }
    return new Reply.Message(
        new EntryPosition(position.offset(), position.toString()),
        message.publication().id(),
        message.publication().time(),
        chat(message),
        message.edited(),
        message.reactions().stream()
            .map(some -> new Reply.Reactions(some.emoji(), some.count(), some.mine()))
            .toList(),
        message.publication().entry() instanceof Entry.Unreadable);
  }

  private static Entry.Chat chat(RoomLog.Message message) {
    return message.publication().entry() instanceof Entry.Unreadable unreadable
        ? new Entry.Chat(unreadable.client(), "", "", null, null, /* deleted= */ true)
        : (Entry.Chat) message.publication().entry();
  }
}
