package dev.tertulia.server.protocol.full;

import dev.tertulia.server.chat.RoomCommand;
import dev.tertulia.server.chat.Rooms;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.protocol.ClientSignals;
import dev.tertulia.server.protocol.EntryWriter.EntryPosition;
import dev.tertulia.server.protocol.Received.Ref;
import dev.tertulia.server.topic.Draft.Receipt;
import dev.tertulia.server.topic.Journal.Appended;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.TopicName;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The requests of one connection that reach other clients, once they are permitted: they go to the
/// journal, and the outcome comes back as the reply. Owned by the connection's loop.
///
/// The outcome is brought to the loop before the entry, so the reply is sent first.
final class RoomCommands {
  private final RequestContext requestContext;
  private final JoinedRooms joinedRooms;

  RoomCommands(RequestContext requestContext, JoinedRooms joinedRooms) {
    this.requestContext = requestContext;
    this.joinedRooms = joinedRooms;
  }

  void carryOut(@Nullable Ref ref, RoomCommand command) {
    switch (command) {
      case RoomCommand.Chat chat ->
          append(
              ref,
              chat.room(),
              receipt ->
                  rooms()
                      .say(
                          client(),
                          requestContext.name(),
                          choosesName() ? chat : chat.withoutSender(),
                          receipt));
      case RoomCommand.Edit edit ->
          requestContext.ifModerator(
              ref,
              edit.room(),
              moderator ->
                  append(
                      ref,
                      edit.room(),
                      receipt -> rooms().edit(client(), edit, moderator, receipt)));
      case RoomCommand.Delete delete ->
          requestContext.ifModerator(
              ref,
              delete.room(),
              moderator ->
                  append(
                      ref,
                      delete.room(),
                      receipt -> rooms().delete(client(), delete, moderator, receipt)));
      case RoomCommand.React react ->
          append(ref, react.room(), receipt -> rooms().react(client(), react, receipt));
      case RoomCommand.Read read ->
          append(ref, read.room(), receipt -> rooms().read(client(), read, receipt));
      case RoomCommand.Typing typing -> typing(ref, typing);
    }
  }

  private boolean choosesName() {
    return requestContext.connection().principal().choosesName();
  }

  private void typing(@Nullable Ref ref, RoomCommand.Typing typing) {
    RoomCommand.Typing shown = choosesName() ? typing : typing.withoutSender();
    if (signals().typing(client(), requestContext.name(), shown) == Appended.QUEUED) {
      requestContext.done(ref, new Reply.Done());
    } else {
      requestContext.refuse(ref, typing.room(), ErrorCode.UNAVAILABLE);
    }
  }

  private void append(@Nullable Ref ref, RoomName room, Function<Receipt, Appended> append) {
    TopicName topic = TopicName.room(room);
    long draft = requestContext.pendingReplies().given(topic);
    if (requestContext.connection().append(append, outcome -> settled(ref, room, draft, outcome))
        != Appended.QUEUED) {
      requestContext.pendingReplies().settled(topic, draft);
      requestContext.refuse(ref, room, ErrorCode.UNAVAILABLE);
    }
  }

  private void settled(@Nullable Ref ref, RoomName room, long draft, Outcome outcome) {
    requestContext.pendingReplies().settled(TopicName.room(room), draft);
    switch (outcome) {
      case Outcome.Stored stored -> {
        EntryPosition entryPosition =
            stored.position() == null ? null : EntryPosition.of(stored.position());
        requestContext.done(ref, new Reply.Stored(room, entryPosition, stored.id(), stored.time()));
      }
      case Outcome.Marked marked -> {
        requestContext.done(ref, new Reply.Marked(room, marked.offset()));
        signals()
            .read(new Entry.ReadMark(client(), room, marked.offset()), requestContext.connection());
      }
      case Outcome.Listed listed -> throw new IllegalStateException("no list was requested");
      case Outcome.Read read -> throw new IllegalStateException("a room has no inbox");
      case Outcome.Noted noted -> throw new IllegalStateException("a room has no inbox");
      case Outcome.Refused refused -> requestContext.refuse(ref, room, refused);
      case Outcome.Unconfirmed unconfirmed ->
          requestContext.refuse(
              ref, room, unconfirmed.in(requestContext.parts().server().language()));
    }
    joinedRooms.proceed();
  }

  private ClientId client() {
    return requestContext.client();
  }

  private ClientSignals signals() {
    return new ClientSignals(rooms(), requestContext.connection().presence());
  }

  private Rooms rooms() {
    return requestContext.parts().server().rooms();
  }
}
