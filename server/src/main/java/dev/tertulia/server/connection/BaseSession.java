package dev.tertulia.server.connection;

import dev.tertulia.server.chat.Rooms;
import dev.tertulia.server.notification.Notifications;
import dev.tertulia.server.protocol.ClientMessage;
import dev.tertulia.server.protocol.ErrorCode;
import dev.tertulia.server.protocol.Language;
import dev.tertulia.server.protocol.MessageReader;
import dev.tertulia.server.protocol.Refusal;
import dev.tertulia.server.protocol.RoomName;
import dev.tertulia.server.topic.Journal.Appended;
import dev.tertulia.server.topic.Draft.Receipt;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.TopicName;
import dev.tertulia.server.topic.WireFormat;
import java.util.Collection;
import java.util.List;

/// The base protocol: everybody is in the lobby, and says one of three things.
public final class BaseSession implements Session {
  private static final TopicName LOBBY = TopicName.room(RoomName.LOBBY);
  private static final List<RoomName> ROOMS = List.of(RoomName.LOBBY);

  private final WireFormat format;
  private final MessageReader reader;
  private final Refusal unavailable;
  private final Rooms rooms;
  private final Notifications notifications;

  public BaseSession(
      WireFormat format, Language language, Rooms rooms, Notifications notifications) {
    this.format = format;
    this.rooms = rooms;
    this.notifications = notifications;
    reader = new MessageReader(language);
    unavailable = new Refusal(ErrorCode.UNAVAILABLE, language.words().unavailable());
  }

  @Override
  public WireFormat format() {
    return format;
  }

  @Override
  public void opened(Connection connection) {
    connection.subscribe(LOBBY);
    connection.presence().enter(RoomName.LOBBY, connection.client(), connection.client().value());
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
    switch (reader.read(text, offset, length)) {
      case Refusal refusal -> connection.refuse(refusal);
      case ClientMessage message -> {
        if (carryOut(connection, message) != Appended.QUEUED) {
          connection.refuse(unavailable);
        }
      }
    }
  }

  private Appended carryOut(Connection connection, ClientMessage message) {
    Receipt receipt = outcome -> settled(connection, outcome);
    return switch (message) {
      case ClientMessage.Chat chat ->
          rooms.say(RoomName.LOBBY, connection.client(), chat.sender(), chat.message(), receipt);
      case ClientMessage.Notification notification ->
          notifications.notify(
              connection.client(), connection.client(), notification.message(), receipt);
      case ClientMessage.BroadcastNotification notification ->
          notifications.broadcast(connection.client(), notification.message(), receipt);
    };
  }

  /// A base client is told of failure alone: what it said comes back to it anyway.
  private void settled(Connection connection, Outcome outcome) {
    if (outcome instanceof Outcome.Refused) {
      connection.execute(() -> connection.refuse(unavailable));
    }
  }
}
