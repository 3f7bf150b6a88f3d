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
import dev.tertulia.server.topic.TopicName;
import dev.tertulia.server.topic.WireFormat;

/// The base protocol: everybody is in the lobby, and says one of three things.
public final class BaseSession implements Session {
  private static final TopicName LOBBY = TopicName.room(RoomName.LOBBY);

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
    connection.subscribe(TopicName.inbox(connection.client()));
    connection.subscribe(TopicName.BROADCASTS);
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
    return switch (message) {
      case ClientMessage.Chat chat ->
          rooms.say(RoomName.LOBBY, connection.client(), chat.sender(), chat.message());
      case ClientMessage.Notification notification ->
          notifications.notify(connection.client(), connection.client(), notification.message());
      case ClientMessage.BroadcastNotification notification ->
          notifications.broadcast(connection.client(), notification.message());
    };
  }
}
