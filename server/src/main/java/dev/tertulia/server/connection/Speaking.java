package dev.tertulia.server.connection;

import dev.tertulia.server.auth.Access.Action;
import dev.tertulia.server.auth.Access.Verdict;
import dev.tertulia.server.chat.Rooms;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.presence.Presence;
import dev.tertulia.server.protocol.Place;
import dev.tertulia.server.protocol.Ref;
import dev.tertulia.server.protocol.Reply;
import dev.tertulia.server.protocol.Request;
import dev.tertulia.server.topic.Draft.Receipt;
import dev.tertulia.server.topic.Journal.Appended;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Subscriber;
import dev.tertulia.server.topic.TopicName;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The requests of one connection that reach other clients: they go to the journal, and the outcome
/// comes back as the reply. Owned by the connection's loop.
///
/// The outcome is brought to the loop before the entry, so the reply is sent first.
final class Speaking {
  private final Talk talk;
  private final Attendance attendance;

  Speaking(Talk talk, Attendance attendance) {
    this.talk = talk;
    this.attendance = attendance;
  }

  void chat(@Nullable Ref ref, Request.Chat chat) {
    allowed(
        ref,
        chat.room(),
        Action.SEND,
        receipt -> rooms().say(talk.client(), talk.name(), chat, receipt));
  }

  void edit(@Nullable Ref ref, Request.Edit edit) {
    boolean moderator = isModerator(edit.room());
    allowed(
        ref,
        edit.room(),
        Action.SEND,
        receipt -> rooms().edit(talk.client(), edit, moderator, receipt));
  }

  void delete(@Nullable Ref ref, Request.Delete delete) {
    boolean moderator = isModerator(delete.room());
    allowed(
        ref,
        delete.room(),
        Action.SEND,
        receipt -> rooms().delete(talk.client(), delete, moderator, receipt));
  }

  void react(@Nullable Ref ref, Request.React react) {
    allowed(
        ref, react.room(), Action.SEND, receipt -> rooms().react(talk.client(), react, receipt));
  }

  void read(@Nullable Ref ref, Request.Read read) {
    allowed(ref, read.room(), Action.JOIN, receipt -> rooms().read(talk.client(), read, receipt));
  }

  void typing(@Nullable Ref ref, Request.Typing typing) {
    RoomName room = typing.room();
    talk.ifAllowed(
        ref,
        room,
        Action.SEND,
        attendance.isIn(room),
        () -> {
          if (rooms().typing(talk.client(), talk.name(), typing, this::isOfThisClient)
              == Appended.QUEUED) {
            talk.done(ref, new Reply.Done());
          } else {
            talk.refuse(ref, room, ErrorCode.UNAVAILABLE);
          }
        });
  }

  private void allowed(
      @Nullable Ref ref, RoomName room, Action action, Function<Receipt, Appended> append) {
    talk.ifAllowed(ref, room, action, attendance.isIn(room), () -> append(ref, room, append));
  }

  private void append(@Nullable Ref ref, RoomName room, Function<Receipt, Appended> append) {
    TopicName topic = TopicName.room(room);
    long draft = talk.unsettled().given(topic);
    Receipt receipt =
        outcome -> talk.connection().execute(() -> settled(ref, room, draft, outcome));
    if (append.apply(receipt) != Appended.QUEUED) {
      talk.unsettled().settled(topic, draft);
      talk.refuse(ref, room, ErrorCode.UNAVAILABLE);
    }
  }

  private void settled(@Nullable Ref ref, RoomName room, long draft, Outcome outcome) {
    talk.unsettled().settled(TopicName.room(room), draft);
    switch (outcome) {
      case Outcome.Stored stored -> {
        Place place =
            stored.position() == null
                ? null
                : new Place(stored.position().offset(), stored.position().toString());
        talk.done(ref, new Reply.Stored(room, place, stored.id(), stored.time()));
      }
      case Outcome.Marked marked -> {
        talk.done(ref, new Reply.Marked(room, marked.offset()));
        tellRead(new Entry.ReadMark(talk.client(), room, marked.offset()));
      }
      case Outcome.Listed listed -> throw new IllegalStateException("no list was requested");
      case Outcome.Read read -> throw new IllegalStateException("a room has no inbox");
      case Outcome.Noted noted -> throw new IllegalStateException("a room has no inbox");
      case Outcome.Refused refused -> talk.refuse(ref, room, refused.in(talk.parts().language()));
    }
    attendance.proceed();
  }

  /// Tells other clients in the room, unless there are many, and in any case the other connections
  /// of the client.
  private void tellRead(Entry.ReadMark mark) {
    if (talk.connection().presence().count(mark.room()) <= Presence.LARGEST_TOLD) {
      rooms().tellRoom(mark, this::isOfThisClient);
    }
    rooms().tellReader(mark, this::isThisConnection);
  }

  private boolean isOfThisClient(Subscriber subscriber) {
    return subscriber instanceof Connection other && other.client().equals(talk.client());
  }

  @SuppressWarnings("ReferenceEquality") // It is this very connection, or another.
  private boolean isThisConnection(Subscriber subscriber) {
    return subscriber == talk.connection();
  }

  private boolean isModerator(RoomName room) {
    return talk.parts().access().of(talk.client(), room, Action.MODERATE) == Verdict.ALLOWED;
  }

  private Rooms rooms() {
    return talk.parts().rooms();
  }
}
