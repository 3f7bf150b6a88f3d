package dev.tertulia.server.protocol.full;

import dev.tertulia.server.connection.Connection;
import dev.tertulia.server.connection.ConnectionLimits.Rate;
import dev.tertulia.server.connection.ReadQueue;
import dev.tertulia.server.connection.ReaderThreads;
import dev.tertulia.server.connection.SentRanges;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.model.EntryRules;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.protocol.Received;
import dev.tertulia.server.protocol.Received.Ref;
import dev.tertulia.server.protocol.full.RequestContext.PendingReplies;
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
  private final RequestContext requestContext;
  private final JoinedRooms joinedRooms;
  private final RoomCommands roomCommands;
  private final Queries queries;
  private final InboxCommands inboxCommands;
  private final String name;
  private boolean greeted;
  private long refusedUntil;

  Conversation(Connection connection, WireFormat format, FullServices parts) {
    ReadQueue readQueue = new ReadQueue(connection, parts.server().readers());
    requestContext = new RequestContext(connection, format, parts, readQueue, new PendingReplies());
    joinedRooms = new JoinedRooms(requestContext, sent);
    roomCommands = new RoomCommands(requestContext, joinedRooms);
    queries = new Queries(requestContext, joinedRooms);
    inboxCommands = new InboxCommands(requestContext, joinedRooms, sent);
    name = parts.server().connectionNames().get();
    refusedUntil = connection.now();
  }

  /// The id that the server gave the connection.
  String name() {
    return name;
  }

  /// The device name sent by the client; `null` for none.
  @Nullable String device() {
    return inboxCommands.device();
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
    joinedRooms.expelled(room);
  }

  /// Handles a message.
  void received(byte[] text, int offset, int length) {
    switch (requestContext.parts().reader().read(text, offset, length)) {
      case Received.Refused<Request> refused ->
          requestContext.reply(refused.ref(), new Reply.Refused(null, refused.refusal()));
      case Received.Ok<Request> ok -> {
        if (greeted || ok.request() instanceof Request.Hello) {
          carryOut(ok.ref(), ok.request());
        } else {
          requestContext.refuse(ok.ref(), null, ErrorCode.UNAUTHORIZED);
        }
      }
    }
  }

  /// Refuses a message beyond the rate limit. The reply has a cost too: a client that is refused
  /// too often is read more slowly.
  void tooFast(byte[] text, int offset, int length, Duration wait) {
    requestContext.tooFast(
        requestContext.parts().reader().read(text, offset, length).ref(), null, wait);
    Connection connection = requestContext.connection();
    refusedUntil = connection.rate().after(refusedUntil, connection.now(), 1);
    long slower = connection.rate().wait(refusedUntil, connection.now());
    if (slower > 0) {
      connection.readLater(Duration.ofNanos(slower));
    }
  }

  /// The send queue is empty, and the socket is writable.
  void drained() {
    requestContext.connection().execute(joinedRooms::proceed);
  }

  /// The log of a topic has lost its end.
  void rolledBack(TopicName topic) {
    switch (topic.kind()) {
      case ROOM -> joinedRooms.rolledBack(new RoomName(topic.name()));
      case INBOX, BROADCASTS -> joinedRooms.inboxRolledBack();
      case PRESENCE -> {
        // This topic has no log.
      }
    }
  }

  /// A delivery of a topic was lost: starts over there, as if its log had lost its end. If the
  /// client only listens and has no position to resume from, the connection ends.
  void missed(TopicName topic) {
    if (topic.kind() == TopicName.Kind.ROOM) {
      joinedRooms.rolledBack(new RoomName(topic.name()));
    } else if (!joinedRooms.inboxRolledBack() && topic.kind() != TopicName.Kind.PRESENCE) {
      requestContext.connection().close(CloseReason.INTERNAL_ERROR);
    }
  }

  /// The rooms that this connection is in.
  Collection<RoomName> rooms() {
    return joinedRooms.rooms();
  }

  /// The connection has ended.
  void ended() {
    joinedRooms.end();
    requestContext.readQueue().end();
    if (greeted) {
      requestContext.parts().server().notifications().seen(requestContext.client(), Receipt.NONE);
    }
  }

  private void carryOut(@Nullable Ref ref, Request request) {
    switch (request) {
      case Request.Hello hello -> greet(ref, hello);
      case Request.Ping ping -> requestContext.done(ref, new Reply.Done());
      case Request.Join join -> joinedRooms.join(JoinRequest.of(ref, join));
      case Request.Leave leave -> joinedRooms.leave(ref, leave.room());
      case Request.InRoom inRoom -> roomCommands.carryOut(ref, inRoom.command());
      case Request.History history -> queries.history(ref, history.query());
      case Request.Presence presence -> queries.presence(ref, presence.room());
      case Request.Rooms rooms -> queries.rooms(ref);
      case Request.Notification notification -> inboxCommands.send(ref, notification);
      case Request.BroadcastNotification broadcast -> inboxCommands.broadcast(ref, broadcast);
      case Request.Ack ack -> inboxCommands.acknowledge(ref, ack);
      case Request.Shown shown -> inboxCommands.shown(ref, shown);
      case Request.Inbox inbox -> inboxCommands.inbox(ref, inbox);
      case Request.InboxRead read -> inboxCommands.read(ref, read);
      case Request.Revoke revoke -> inboxCommands.revoke(ref, revoke);
    }
  }

  /// On its first `hello` the client is recorded first, so that its inbox exists before it is read;
  /// if nothing can be stored at the moment, the rest proceeds without it.
  private void greet(@Nullable Ref ref, Request.Hello hello) {
    if (hello.device() != null) {
      inboxCommands.isOf(hello.device());
    }
    boolean first = !greeted;
    greeted = true;
    if (first && hello.inbox() == null) {
      joinedRooms.listen();
    }
    Connection connection = requestContext.connection();
    Receipt noted = connection.receipt(outcome -> countUnread(ref, hello));
    if (!first
        || requestContext.parts().server().notifications().seen(requestContext.client(), noted)
            != Appended.QUEUED) {
      countUnread(ref, hello);
    }
  }

  private void countUnread(@Nullable Ref ref, Request.Hello hello) {
    boolean counting =
        requestContext
            .readQueue()
            .run(
                ReaderThreads.Cost.QUICK,
                () -> requestContext.parts().server().inboxLog().unread(requestContext.client()),
                unread -> welcome(ref, hello, unread),
                failure -> {
                  requestContext.parts().server().readFaultLog().met(failure);
                  welcome(ref, hello, null);
                });
    if (!counting) {
      welcome(ref, hello, null);
    }
  }

  /// @param unread `null` if it can't be read at the moment
  private void welcome(@Nullable Ref ref, Request.Hello hello, @Nullable Integer unread) {
    Connection connection = requestContext.connection();
    Rate rate = connection.rate();
    requestContext.reply(
        ref,
        new Reply.Welcome(
            name,
            connection.client(),
            requestContext.name(),
            requestContext.parts().server().unixMillis().getAsLong(),
            connection.limits().heartbeatInterval(),
            unread,
            new Reply.Limits(EntryRules.MAX_MESSAGE_BYTES, rate.perSecond(), rate.burst())));
    hello.rooms().forEach(resume -> joinedRooms.join(JoinRequest.of(resume)));
    if (hello.inbox() != null) {
      joinedRooms.join(JoinRequest.of(hello.inbox()));
    }
  }
}
