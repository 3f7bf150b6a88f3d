package dev.tertulia.server.protocol.base;

import dev.tertulia.server.auth.Action;
import dev.tertulia.server.auth.Decision;
import dev.tertulia.server.auth.Permissions;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.chat.Rooms;
import dev.tertulia.server.connection.Connection;
import dev.tertulia.server.connection.Session;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.notification.Notifications;
import dev.tertulia.server.protocol.Received;
import dev.tertulia.server.protocol.Received.Ref;
import dev.tertulia.server.topic.Draft.Receipt;
import dev.tertulia.server.topic.Journal.Appended;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Subscription;
import dev.tertulia.server.topic.TopicName;
import dev.tertulia.server.topic.WireFormat;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// The session of the base protocol: all clients are in the lobby and send one of three types of
/// messages. One session serves all connections whose clients may enter the lobby at any time;
/// other clients get a [RestrictedLobbySession].
public final class BaseSession implements Session {
  private static final TopicName LOBBY = TopicName.room(RoomName.LOBBY);
  private static final List<RoomName> ROOMS = List.of(RoomName.LOBBY);

  private final WireFormat format;
  private final Language language;
  private final MessageReader reader;
  private final MessageWriter writer;
  private final Rooms rooms;
  private final Notifications notifications;
  private final LobbyAdmission admission;

  public BaseSession(
      WireFormat format,
      Language language,
      Rooms rooms,
      Notifications notifications,
      LobbyAdmission admission) {
    this.format = format;
    this.language = language;
    this.admission = admission;
    this.rooms = rooms;
    this.notifications = notifications;
    reader = new MessageReader(language);
    writer = new MessageWriter(language);
  }

  @Override
  public WireFormat format() {
    return format;
  }

  @Override
  public Session create(Connection connection) {
    return admission.isOpenTo(connection.principal())
        ? this
        : new RestrictedLobbySession(this, admission, connection);
  }

  @Override
  public void opened(Connection connection) {
    enterLobby(connection);
    openInbox(connection);
  }

  /// Enters the lobby.
  Subscription enterLobby(Connection connection) {
    Subscription lobby = connection.subscribe(LOBBY);
    connection
        .presence()
        .enter(RoomName.LOBBY, connection.client(), connection.principal().shownName());
    return lobby;
  }

  /// Subscribes to the inbox of the client.
  void openInbox(Connection connection) {
    connection.subscribe(TopicName.inbox(connection.client()));
    connection.subscribe(TopicName.BROADCASTS);
    notifications.seen(connection.client(), Receipt.NONE);
  }

  @Override
  public void ended(Connection connection) {
    notifications.seen(connection.client(), Receipt.NONE);
  }

  @Override
  public Collection<RoomName> rooms(Connection connection) {
    return ROOMS;
  }

  @Override
  public void received(Connection connection, byte[] text, int offset, int length) {
    switch (read(text, offset, length)) {
      case Received.Refused<ClientMessage>(Ref ref, Refusal refusal) ->
          refuse(connection, ref, refusal);
      case Received.Ok<ClientMessage>(Ref ref, ClientMessage message) ->
          ifAllowed(connection, ref, message);
    }
  }

  /// Carries out a message if the client may send it, and refuses it otherwise.
  void ifAllowed(Connection connection, @Nullable Ref ref, ClientMessage message) {
    Principal principal = connection.principal();
    Permissions permissions = admission.permissions();
    Decision decision =
        switch (message.need()) {
          case Action.InRoom action -> permissions.check(principal, action, RoomName.LOBBY);
          case Action.OnClient action -> permissions.check(principal, action, principal.client());
          case Action.General action -> permissions.check(principal, action);
        };
    switch (decision) {
      case Decision.Allowed _ -> carryOut(connection, ref, message);
      case Decision.Refused(Refusal refusal) -> refuse(connection, ref, refusal);
      case Decision.Pending(CompletionStage<Decision.Decided> later) ->
          later.whenComplete((decided, failure) ->
              connection.execute(() -> {
                switch (decided) {
                  case null -> refuse(connection, ref, ErrorCode.UNAVAILABLE);
                  case Decision.Allowed _ -> carryOut(connection, ref, message);
                  case Decision.Refused(Refusal refusal) -> refuse(connection, ref, refusal);
                }
              }));
    }
  }

  /// What a message says, or why it says nothing.
  Received<ClientMessage> read(byte[] text, int offset, int length) {
    return reader.read(text, offset, length);
  }

  /// Carries out a permitted message.
  ///
  /// @param ref the `ref` of the message
  void carryOut(Connection connection, @Nullable Ref ref, ClientMessage message) {
    if (append(connection, ref, message) != Appended.QUEUED) {
      refuse(connection, ref, ErrorCode.UNAVAILABLE);
    }
  }

  /// Sends a refusal.
  void refuse(Connection connection, @Nullable Ref ref, ErrorCode code) {
    refuse(connection, ref, Refusal.of(code, language));
  }

  void refuse(Connection connection, @Nullable Ref ref, Refusal refusal) {
    connection.reply(format.frame(writer.refusal(refusal, ref)));
  }

  private Appended append(Connection connection, @Nullable Ref ref, ClientMessage message) {
    Receipt receipt = outcome -> settled(connection, ref, outcome);
    return switch (message) {
      case ClientMessage.Chat chat ->
          rooms.say(
              RoomName.LOBBY,
              connection.client(),
              connection.principal().choosesName()
                  ? chat.sender()
                  : connection.principal().shownName(),
              chat.message(),
              receipt);
      case ClientMessage.Notification notification -> {
        payForNotification(connection);
        yield notifications.notify(
            connection.client(), connection.client(), notification.message(), receipt);
      }
      case ClientMessage.BroadcastNotification notification -> {
        payForNotification(connection);
        yield notifications.broadcast(connection.client(), notification.message(), receipt);
      }
    };
  }

  /// A base client that notifies too fast is read more slowly and loses nothing.
  private static void payForNotification(Connection connection) {
    long wait = connection.clientRates().acceptedNotification();
    if (wait > 0) {
      connection.readLater(Duration.ofNanos(wait));
    }
  }

  /// A base client is only told of a failure: after a success it receives its own message anyway.
  private void settled(Connection connection, @Nullable Ref ref, Outcome outcome) {
    if (outcome instanceof Outcome.Refused refused) {
      Refusal refusal =
          refused.limit() == null
              ? Refusal.of(ErrorCode.UNAVAILABLE, language)
              : refused.in(language);
      connection.execute(() -> refuse(connection, ref, refusal));
    } else if (outcome instanceof Outcome.Unconfirmed unconfirmed) {
      connection.execute(() -> refuse(connection, ref, unconfirmed.in(language)));
    }
  }
}
