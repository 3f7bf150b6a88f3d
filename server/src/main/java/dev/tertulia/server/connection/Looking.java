package dev.tertulia.server.connection;

import dev.tertulia.server.auth.Access.Action;
import dev.tertulia.server.chat.HistoryPage;
import dev.tertulia.server.connection.ReaderThreads.Cost;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.presence.Presence;
import dev.tertulia.server.protocol.Ref;
import dev.tertulia.server.protocol.Reply;
import dev.tertulia.server.protocol.Request;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The queries of one connection: messages in their current state, its rooms, presence. Owned by
/// the connection's loop.
final class Looking {
  /// The maximum number of rooms listed for a client.
  static final int MOST_ROOMS = 1_000;

  /// The maximum number of clients listed for a room.
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
        () ->
            talk.lookUp(
                ref,
                room,
                Cost.DEAR,
                () ->
                    HistoryPage.read(
                        talk.parts().roomLog(), asked, talk.client(), PageBudget.PAGE_BYTES),
                found -> talk.reply(ref, found)));
  }

  void rooms(@Nullable Ref ref) {
    talk.lookUp(
        ref,
        null,
        Cost.DEAR,
        () ->
            talk.parts().roomLog().of(talk.client(), MOST_ROOMS).stream()
                .map(state ->
                    new Reply.Room(
                        state.room(),
                        state.head(),
                        state.read(),
                        state.unread(),
                        state.unreadable()))
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
          // Subscribes first, so that a client that arrives now is announced, or listed, or both.
          if (!attendance.watchPresence(room)) {
            talk.refuse(
                ref, room, Refusal.tooManyRooms(Request.MAX_ROOMS, talk.parts().language()));
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
}
