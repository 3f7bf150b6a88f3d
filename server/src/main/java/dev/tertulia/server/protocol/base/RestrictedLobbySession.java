package dev.tertulia.server.protocol.base;

import dev.tertulia.server.auth.Action;
import dev.tertulia.server.auth.Decision;
import dev.tertulia.server.connection.Connection;
import dev.tertulia.server.connection.PermissionChecks;
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
/// time: its permission, or the number of clients, is checked when it connects and whenever it
/// sends to the lobby. Owned by the connection's loop.
///
/// A client that is not admitted gets an `error`, receives nothing from the lobby and can't send to
/// it; notifications work as for any other client. A client that has become a member meanwhile
/// enters with its next message. Messages that wait for a check are handled in order; beyond the
/// bound of [PermissionChecks], they are refused.
final class RestrictedLobbySession implements Session {
  private final BaseSession base;
  private final LobbyAdmission admission;
  private final PermissionChecks checks;

  /// `null` while the connection is not in the lobby.
  private @Nullable Subscription lobby;

  RestrictedLobbySession(BaseSession base, LobbyAdmission admission, Connection connection) {
    this.base = base;
    this.admission = admission;
    checks = new PermissionChecks(connection, admission.permissions());
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
        Action.InRoom.JOIN,
        () -> {
          if (!enter(connection)) {
            base.refuse(connection, null, ErrorCode.FORBIDDEN);
          }
        });
  }

  @Override
  public void ended(Connection connection) {
    base.ended(connection);
  }

  @Override
  public Collection<RoomName> rooms(Connection connection) {
    return lobby == null ? List.of() : List.of(RoomName.LOBBY);
  }

  @Override
  public void expelled(Connection connection, RoomName room) {
    if (room.equals(RoomName.LOBBY) && !mayJoin(connection)) {
      leave(connection);
    }
  }

  @Override
  public void rightsChanged(Connection connection) {
    if (lobby != null) {
      checks.askNext(
          Action.InRoom.JOIN,
          RoomName.LOBBY,
          decided -> {
            if (!decided.isAllowed()) {
              leave(connection);
            }
          },
          failure -> {
            admission.readFaultLog().met(failure);
            leave(connection);
          });
    }
  }

  /// Leaves the lobby, if the connection is there, and tells the client.
  private void leave(Connection connection) {
    if (lobby != null) {
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
          base.ifAllowed(connection, ref, message);
    }
  }

  private void say(Connection connection, @Nullable Ref ref, ClientMessage.Chat chat) {
    if (lobby != null && checks.isAllowed(Action.InRoom.SEND, RoomName.LOBBY)) {
      base.carryOut(connection, ref, chat);
    } else {
      ifAllowed(
          connection,
          ref,
          Action.InRoom.SEND,
          () -> {
            if (mayJoin(connection)) {
              enter(connection);
            }
            base.carryOut(connection, ref, chat);
          });
    }
  }

  /// Whether it is known that the client may enter: what was just found out about the list of
  /// members is known.
  private boolean mayJoin(Connection connection) {
    return admission
        .permissions()
        .isAllowed(connection.principal(), Action.InRoom.JOIN, RoomName.LOBBY);
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

  /// Runs `then` if the client may perform the action, and refuses it otherwise.
  private void ifAllowed(
      Connection connection, @Nullable Ref ref, Action.InRoom action, Runnable then) {
    boolean asked =
        checks.ask(
            action,
            RoomName.LOBBY,
            decided -> {
              switch (decided) {
                case Decision.Allowed _ -> then.run();
                case Decision.Refused(Refusal refusal) -> base.refuse(connection, ref, refusal);
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
