package dev.tertulia.server.connection;

import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.model.EntryRules;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.protocol.Received;
import dev.tertulia.server.protocol.Ref;
import dev.tertulia.server.protocol.Reply;
import dev.tertulia.server.protocol.Request;
import dev.tertulia.server.topic.Draft.Receipt;
import dev.tertulia.server.topic.Journal.Appended;
import dev.tertulia.server.topic.TopicName;
import dev.tertulia.server.topic.WireFormat;
import java.time.Duration;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/// The dialogue of one connection of the full protocol with the server. Owned by the connection's
/// loop.
///
/// Nothing is delivered before `hello`. Each request with a `ref` gets exactly one reply, unless
/// the connection ends before; a request without one gets a reply only if there is something to
/// report.
final class Conversation {
  private final SentRanges sent = new SentRanges();
  private final Talk talk;
  private final Attendance attendance;
  private final Speaking speaking;
  private final Looking looking;
  private final Notifying notifying;
  private final String name;
  private boolean greeted;
  private long refusedUntil;

  Conversation(Connection connection, WireFormat format, FullParts parts) {
    Errands errands = new Errands(connection, parts.readers());
    talk = new Talk(connection, format, parts, errands, new Unsettled());
    attendance = new Attendance(talk, sent);
    speaking = new Speaking(talk, attendance);
    looking = new Looking(talk, attendance);
    notifying = new Notifying(talk, attendance, sent);
    name = parts.connectionNames().get();
    refusedUntil = connection.now();
  }

  /// The id that the server gave the connection.
  String name() {
    return name;
  }

  /// The device name sent by the client; `null` for none.
  @Nullable String device() {
    return notifying.device();
  }

  /// The entries of the inbox sent from the log.
  SentRanges sent() {
    return sent;
  }

  /// Handles a `hello` that came with the address.
  void begin(Request.Hello hello) {
    carryOut(null, hello);
  }

  /// The client is no longer a member of `room`.
  void expelled(RoomName room) {
    attendance.expelled(room);
  }

  /// Handles a message.
  void received(byte[] text, int offset, int length) {
    switch (talk.parts().reader().read(text, offset, length)) {
      case Received.Refused<Request> refused ->
          talk.reply(refused.ref(), new Reply.Refused(null, refused.refusal()));
      case Received.Ok<Request> ok -> {
        if (greeted || ok.request() instanceof Request.Hello) {
          carryOut(ok.ref(), ok.request());
        } else {
          talk.refuse(ok.ref(), null, ErrorCode.UNAUTHORIZED);
        }
      }
    }
  }

  /// Refuses a message beyond the rate limit. The reply has a cost too: a client that is refused
  /// too often is read more slowly.
  void tooFast(byte[] text, int offset, int length, Duration wait) {
    talk.tooFast(talk.parts().reader().read(text, offset, length).ref(), null, wait);
    Connection connection = talk.connection();
    refusedUntil = connection.rate().afterMessage(refusedUntil, connection.now());
    Duration slower = connection.rate().wait(refusedUntil, connection.now());
    if (slower.isPositive()) {
      connection.readLater(slower);
    }
  }

  /// The send queue is empty, and the socket is writable.
  void drained() {
    talk.connection().execute(attendance::proceed);
  }

  /// The log of a topic has lost its end.
  void rolledBack(TopicName topic) {
    switch (topic.kind()) {
      case ROOM -> attendance.rolledBack(new RoomName(topic.name()));
      case INBOX, BROADCASTS -> attendance.inboxRolledBack();
      case PRESENCE -> {
        // This topic has no log.
      }
    }
  }

  /// A delivery of a topic was lost: starts over there, as if its log had lost its end. If the
  /// client only listens and has no position to resume from, the connection ends.
  void missed(TopicName topic) {
    if (topic.kind() == TopicName.Kind.ROOM) {
      attendance.rolledBack(new RoomName(topic.name()));
    } else if (!attendance.inboxRolledBack() && topic.kind() != TopicName.Kind.PRESENCE) {
      talk.connection().close(CloseReason.INTERNAL_ERROR);
    }
  }

  /// The rooms that this connection is in.
  Collection<RoomName> rooms() {
    return attendance.rooms();
  }

  /// The connection has ended.
  void ended() {
    attendance.end();
    talk.errands().end();
    if (greeted) {
      talk.parts().notifications().seen(talk.client(), Receipt.NONE);
    }
  }

  private void carryOut(@Nullable Ref ref, Request request) {
    switch (request) {
      case Request.Hello hello -> greet(ref, hello);
      case Request.Ping ping -> talk.done(ref, new Reply.Done());
      case Request.Join join -> attendance.join(CatchUp.Wish.of(ref, join));
      case Request.Leave leave -> attendance.leave(ref, leave.room());
      case Request.Chat chat -> speaking.chat(ref, chat);
      case Request.Edit edit -> speaking.edit(ref, edit);
      case Request.Delete delete -> speaking.delete(ref, delete);
      case Request.React react -> speaking.react(ref, react);
      case Request.Typing typing -> speaking.typing(ref, typing);
      case Request.Read read -> speaking.read(ref, read);
      case Request.History history -> looking.history(ref, history);
      case Request.Presence presence -> looking.presence(ref, presence.room());
      case Request.Rooms rooms -> looking.rooms(ref);
      case Request.Notification notification -> notifying.send(ref, notification);
      case Request.BroadcastNotification broadcast -> notifying.broadcast(ref, broadcast);
      case Request.Ack ack -> notifying.acknowledge(ref, ack);
      case Request.Shown shown -> notifying.shown(ref, shown);
      case Request.Inbox inbox -> notifying.inbox(ref, inbox);
      case Request.InboxRead read -> notifying.read(ref, read);
      case Request.Revoke revoke -> notifying.revoke(ref, revoke);
    }
  }

  /// On its first `hello` the client is recorded first, so that its inbox exists before it is read;
  /// if nothing can be stored at the moment, the rest proceeds without it.
  private void greet(@Nullable Ref ref, Request.Hello hello) {
    if (hello.device() != null) {
      notifying.isOf(hello.device());
    }
    boolean first = !greeted;
    greeted = true;
    if (first && hello.inbox() == null) {
      attendance.listen();
    }
    Connection connection = talk.connection();
    Receipt noted = outcome -> connection.execute(() -> countUnread(ref, hello));
    if (!first || talk.parts().notifications().seen(talk.client(), noted) != Appended.QUEUED) {
      countUnread(ref, hello);
    }
  }

  private void countUnread(@Nullable Ref ref, Request.Hello hello) {
    boolean counting =
        talk.errands()
            .run(
                ReaderThreads.Cost.QUICK,
                () -> talk.parts().inboxLog().unread(talk.client()),
                unread -> welcome(ref, hello, unread),
                failure -> {
                  talk.parts().troubles().met(failure);
                  welcome(ref, hello, null);
                });
    if (!counting) {
      welcome(ref, hello, null);
    }
  }

  /// @param unread `null` if it can't be read at the moment
  private void welcome(@Nullable Ref ref, Request.Hello hello, @Nullable Integer unread) {
    Connection connection = talk.connection();
    MessageRate rate = connection.rate();
    talk.reply(
        ref,
        new Reply.Welcome(
            name,
            connection.client(),
            talk.name(),
            talk.parts().unixMillis().getAsLong(),
            connection.limits().heartbeatInterval(),
            unread,
            new Reply.Limits(EntryRules.MAX_MESSAGE_BYTES, rate.perSecond(), rate.burst())));
    hello.rooms().forEach(resume -> attendance.join(CatchUp.Wish.of(resume)));
    if (hello.inbox() != null) {
      attendance.join(CatchUp.Wish.of(hello.inbox()));
    }
  }
}
