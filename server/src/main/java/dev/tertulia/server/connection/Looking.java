package dev.tertulia.server.connection;

import dev.tertulia.server.auth.Access.Action;
import dev.tertulia.server.chat.RoomLog;
import dev.tertulia.server.presence.Presence;
import dev.tertulia.server.protocol.Entry;
import dev.tertulia.server.protocol.Place;
import dev.tertulia.server.protocol.Ref;
import dev.tertulia.server.protocol.Refusal;
import dev.tertulia.server.protocol.Reply;
import dev.tertulia.server.protocol.Request;
import dev.tertulia.server.protocol.RoomName;
import dev.tertulia.server.topic.Position;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one connection asks for: messages as they are now, its rooms, and who is where. Owned by
/// the connection's loop.
final class Looking {
  /// The most rooms that a client is told of as its own.
  static final int MOST_ROOMS = 1_000;

  /// The most members of a room that are listed.
  static final int MOST_MEMBERS = 200;

  private final Talk talk;
  private final Attendance attendance;

  Looking(Talk talk, Attendance attendance) {
    this.talk = talk;
    this.attendance = attendance;
  }

  void history(@Nullable Ref ref, Request.History asked) {
    RoomName room = asked.room();
    talk.ifAllowed(
        ref,
        room,
        Action.JOIN,
        attendance.isIn(room),
        () -> talk.lookUp(ref, room, () -> page(asked), found -> talk.reply(ref, found)));
  }

  void rooms(@Nullable Ref ref) {
    talk.lookUp(
        ref,
        null,
        () ->
            talk.parts().roomLog().of(talk.client(), MOST_ROOMS).stream()
                .map(state ->
                    new Reply.Room(state.room(), state.head(), state.read(), state.unread()))
                .toList(),
        found -> talk.reply(ref, new Reply.Rooms(found)));
  }

  void presence(@Nullable Ref ref, RoomName room) {
    talk.ifAllowed(
        ref,
        room,
        Action.JOIN,
        attendance.isIn(room),
        () -> {
          // Watched first: who comes now is told of, or on the list, or both.
          if (!attendance.watchPresence(room)) {
            talk.refuse(ref, room, Refusal.tooManyRooms(talk.parts().language()));
            return;
          }
          Presence.Members present = talk.connection().presence().members(room, MOST_MEMBERS);
          List<Reply.Member> members =
              present.members().stream()
                  .map(member -> new Reply.Member(member.client(), member.name()))
                  .toList();
          talk.reply(ref, new Reply.Present(room, members, present.count()));
        });
  }

  /// On a reader's thread: so many messages, and not more text than a page holds.
  private Reply.History page(Request.History asked) {
    RoomLog log = talk.parts().roomLog();
    boolean forward = asked.window() instanceof Request.Window.After;
    RoomLog.History found =
        switch (asked.window()) {
          case Request.Window.Before before ->
              log.before(asked.room(), before.offset(), asked.limit(), talk.client());
          case Request.Window.After after ->
              log.after(asked.room(), after.offset(), asked.limit(), talk.client());
        };
    List<RoomLog.Message> messages = found.messages();
    List<Reply.Message> taken = new ArrayList<>(messages.size());
    int bytes = 0;
    // Beginning with those that are nearest to what was asked for.
    for (int i = 0; i < messages.size() && bytes < PageBudget.PAGE_BYTES; i++) {
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
      throw new IllegalArgumentException("a message of the log has a place");
    }
    return new Reply.Message(
        new Place(position.offset(), position.toString()),
        message.publication().id(),
        message.publication().time(),
        chat(message),
        message.edited(),
        message.reactions().stream()
            .map(some -> new Reply.Reactions(some.emoji(), some.count(), some.mine()))
            .toList());
  }

  private static Entry.Chat chat(RoomLog.Message message) {
    return (Entry.Chat) message.publication().entry();
  }
}
