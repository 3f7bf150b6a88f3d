package dev.tertulia.server.connection;

import dev.tertulia.server.auth.Access.Action;
import dev.tertulia.server.protocol.ClientMessage;
import dev.tertulia.server.protocol.ErrorCode;
import dev.tertulia.server.protocol.MessageReader;
import dev.tertulia.server.protocol.Ref;
import dev.tertulia.server.protocol.Refusal;
import dev.tertulia.server.protocol.RoomName;
import dev.tertulia.server.topic.Subscription;
import dev.tertulia.server.topic.WireFormat;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The base protocol, for one connection whose client may not simply come into the lobby: whether
/// it is on the list, or there is room, is found out when it connects and whenever it speaks there
/// without being in. Owned by the connection's loop.
///
/// Who is not let in gets an `error`, hears nothing of the lobby and can't speak there; its
/// notifications are those of any other client. Who was put on the list meanwhile comes in with the
/// next thing that it says. What waits for an answer is carried out in its order, at most
/// [Errands#MOST_WAITING] of it; the rest is refused.
final class DoorSession implements Session {
  private final BaseSession base;
  private final LobbyDoor door;
  private @Nullable Errands errands;

  /// `null` while the connection is not in the lobby.
  private @Nullable Subscription lobby;

  DoorSession(BaseSession base, LobbyDoor door) {
    this.base = base;
    this.door = door;
  }

  @Override
  public WireFormat format() {
    return base.format();
  }

  @Override
  public void opened(Connection connection) {
    errands = new Errands(connection, door.readers());
    base.openInbox(connection);
    // Once the handshake has been answered: nothing may be sent before that.
    connection.execute(() ->
        ifAllowed(
            connection,
            null,
            Action.JOIN,
            () -> {
              if (!enter(connection)) {
                base.refuse(connection, null, ErrorCode.FORBIDDEN);
              }
            }));
  }

  @Override
  public void ended(Connection connection) {
    if (errands != null) {
      errands.end();
    }
    base.ended(connection);
  }

  @Override
  public Collection<RoomName> rooms(Connection connection) {
    return lobby == null ? List.of() : List.of(RoomName.LOBBY);
  }

  @Override
  public void expelled(Connection connection, RoomName room) {
    if (lobby != null && room.equals(RoomName.LOBBY)) {
      connection.unsubscribe(lobby);
      lobby = null;
      connection.presence().leave(RoomName.LOBBY, connection.client(), true);
      base.refuse(connection, null, ErrorCode.FORBIDDEN);
    }
  }

  @Override
  public void received(Connection connection, byte[] text, int offset, int length) {
    MessageReader.Read read = base.read(text, offset, length);
    Ref ref = read.ref();
    switch (read.decoded()) {
      case Refusal refusal -> base.refuse(connection, ref, refusal);
      case ClientMessage.Chat chat -> say(connection, ref, chat);
      case ClientMessage.Notification notification -> base.carryOut(connection, ref, notification);
      case ClientMessage.BroadcastNotification broadcast ->
          base.carryOut(connection, ref, broadcast);
    }
  }

  private void say(Connection connection, @Nullable Ref ref, ClientMessage.Chat chat) {
    if (lobby != null && errands != null && errands.isIdle()) {
      base.carryOut(connection, ref, chat);
    } else {
      ifAllowed(
          connection,
          ref,
          Action.SEND,
          () -> {
            enter(connection);
            base.carryOut(connection, ref, chat);
          });
    }
  }

  /// Comes into the lobby, if there is room. Has no effect on a connection that is there.
  ///
  /// @return whether it is there now
  private boolean enter(Connection connection) {
    if (lobby == null && connection.presence().hasRoomFor(RoomName.LOBBY, connection.client())) {
      lobby = base.enterLobby(connection);
    }
    return lobby != null;
  }

  /// Has `then` run if the client may do this, and refuses it otherwise. A list that may have been
  /// changed while it was looked at is looked at again.
  private void ifAllowed(Connection connection, @Nullable Ref ref, Action action, Runnable then) {
    switch (door.verdict(connection.client(), action)) {
      case ALLOWED -> then.run();
      case FORBIDDEN -> base.refuse(connection, ref, ErrorCode.FORBIDDEN);
      case MEMBERS_ONLY -> {
        int before = connection.expulsions();
        boolean asked =
            errands != null
                && errands.run(
                    ReaderThreads.Cost.QUICK,
                    () -> door.roomLog().isMember(RoomName.LOBBY, connection.client()),
                    member -> {
                      if (!member) {
                        base.refuse(connection, ref, ErrorCode.FORBIDDEN);
                      } else if (connection.expulsions() == before) {
                        then.run();
                      } else {
                        ifAllowed(connection, ref, action, then);
                      }
                    },
                    failure -> {
                      door.troubles().met(failure);
                      base.refuse(connection, ref, ErrorCode.UNAVAILABLE);
                    });
        if (!asked) {
          base.refuse(connection, ref, ErrorCode.RATE_LIMITED);
        }
      }
    }
  }
}
