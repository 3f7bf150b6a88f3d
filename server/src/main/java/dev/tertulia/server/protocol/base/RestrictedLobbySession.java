package dev.tertulia.server.protocol.base;

import dev.tertulia.server.auth.Access.Action;
import dev.tertulia.server.connection.Connection;
import dev.tertulia.server.connection.ReadQueue;
import dev.tertulia.server.connection.ReaderThreads;
import dev.tertulia.server.connection.Session;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.protocol.Received;
import dev.tertulia.server.protocol.Received.Ref;
import dev.tertulia.server.topic.Subscription;
import dev.tertulia.server.topic.WireFormat;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The session of the base protocol for one connection whose client may not enter the lobby at any
/// time: its membership, or the number of clients, is checked when it connects and whenever it
/// sends to the lobby without being in it. Owned by the connection's loop.
///
/// A client that is not admitted gets an `error`, receives nothing from the lobby and can't send to
/// it; notifications work as for any other client. A client that has become a member meanwhile
/// enters with its next message. Messages that wait for a check are handled in order, at most
/// [ReadQueue#MOST_WAITING]; further ones are refused.
final class RestrictedLobbySession implements Session {
  private final BaseSession base;
  private final LobbyAdmission admission;
  private final ReadQueue readQueue;

  /// `null` while the connection is not in the lobby.
  private @Nullable Subscription lobby;

  RestrictedLobbySession(BaseSession base, LobbyAdmission admission, Connection connection) {
    this.base = base;
    this.admission = admission;
    readQueue = new ReadQueue(connection, admission.readers());
  }

  @Override
  public WireFormat format() {
    return base.format();
  }

  @Override
  public void opened(Connection connection) {
    base.openInbox(connection);
    ifAllowed(
        connection,
        null,
        Action.JOIN,
        () -> {
          if (!enter(connection)) {
            base.refuse(connection, null, ErrorCode.FORBIDDEN);
          }
        });
  }

  @Override
  public void ended(Connection connection) {
    readQueue.end();
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
    switch (base.read(text, offset, length)) {
      case Received.Refused<ClientMessage>(Ref ref, Refusal refusal) ->
          base.refuse(connection, ref, refusal);
      case Received.Ok<ClientMessage>(Ref ref, ClientMessage.Chat chat) ->
          say(connection, ref, chat);
      case Received.Ok<ClientMessage>(Ref ref, ClientMessage message) ->
          base.carryOut(connection, ref, message);
    }
  }

  private void say(Connection connection, @Nullable Ref ref, ClientMessage.Chat chat) {
    if (lobby != null && readQueue.isIdle()) {
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

  /// Enters the lobby if there is room. No effect if the connection is already there.
  ///
  /// @return whether it is in the lobby now
  private boolean enter(Connection connection) {
    if (lobby == null && connection.presence().hasRoomFor(RoomName.LOBBY, connection.client())) {
      lobby = base.enterLobby(connection);
    }
    return lobby != null;
  }

  /// Runs `then` if the client may perform the action, and refuses it otherwise. A member list that
  /// may have changed during the lookup is looked up again.
  private void ifAllowed(Connection connection, @Nullable Ref ref, Action action, Runnable then) {
    switch (admission.verdict(connection.client(), action)) {
      case ALLOWED -> then.run();
      case FORBIDDEN -> base.refuse(connection, ref, ErrorCode.FORBIDDEN);
      case MEMBERS_ONLY -> {
        int before = connection.expulsions();
        boolean asked =
            readQueue.run(
                ReaderThreads.Cost.QUICK,
                () -> admission.roomLog().isMember(RoomName.LOBBY, connection.client()),
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
                  admission.readFaultLog().met(failure);
                  base.refuse(connection, ref, ErrorCode.UNAVAILABLE);
                });
        if (!asked) {
          base.refuse(connection, ref, ErrorCode.RATE_LIMITED);
        }
      }
    }
  }
}
