package dev.tertulia.server.protocol.full;

import dev.tertulia.server.connection.ReaderThreads;
import dev.tertulia.server.connection.SentRanges;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.notification.InboxLog;
import dev.tertulia.server.notification.InboxLog.Item;
import dev.tertulia.server.notification.NotificationId;
import dev.tertulia.server.notification.Notifications;
import dev.tertulia.server.protocol.EntryWriter;
import dev.tertulia.server.protocol.Received.Ref;
import dev.tertulia.server.topic.Draft.Receipt;
import dev.tertulia.server.topic.InboxPosition;
import dev.tertulia.server.topic.Journal.Appended;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Subscriber;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The notification requests of one connection: sending, revoking, acknowledging, reading. Owned by
/// the connection's loop.
///
/// The outcome is brought to the loop before the entry, so the reply is sent first.
final class InboxCommands {
  private final RequestContext requestContext;
  private final JoinedRooms joinedRooms;
  private final SentRanges sent;

  /// The device name sent by the client; `null` for none.
  private @Nullable String device;

  InboxCommands(RequestContext requestContext, JoinedRooms joinedRooms, SentRanges sent) {
    this.requestContext = requestContext;
    this.joinedRooms = joinedRooms;
    this.sent = sent;
  }

  /// Sets the device of this connection.
  void isOf(String name) {
    device = name;
  }

  @Nullable String device() {
    return device;
  }

  void send(@Nullable Ref ref, Request.Notification asked) {
    ClientId to = asked.to() == null ? requestContext.client() : asked.to();
    if (!requestContext.parts().server().access().mayNotify(requestContext.client(), to)) {
      requestContext.refuse(ref, null, ErrorCode.FORBIDDEN);
      return;
    }
    append(
        ref,
        TopicName.inbox(to),
        receipt ->
            notifications()
                .notify(requestContext.client(), to, asked.notice(), asked.id(), receipt));
  }

  void broadcast(@Nullable Ref ref, Request.BroadcastNotification asked) {
    if (!requestContext.parts().server().access().mayBroadcast(requestContext.client())) {
      requestContext.refuse(ref, null, ErrorCode.FORBIDDEN);
      return;
    }
    append(
        ref,
        TopicName.BROADCASTS,
        receipt ->
            notifications()
                .broadcast(requestContext.client(), asked.notice(), asked.id(), receipt));
  }

  void revoke(@Nullable Ref ref, Request.Revoke asked) {
    NotificationId id = id(ref, "id", asked.id());
    if (id != null) {
      append(
          ref,
          id.topic(),
          receipt ->
              notifications().revoke(requestContext.client(), id, /* anybodys= */ false, receipt),
          /* named= */ false);
    }
  }

  void read(@Nullable Ref ref, Request.InboxRead asked) {
    TopicName inbox = TopicName.inbox(requestContext.client());
    if (asked.upTo() != null) {
      NotificationId upTo = id(ref, "up_to", asked.upTo());
      if (upTo != null) {
        append(
            ref,
            inbox,
            receipt ->
                notifications()
                    .readUpTo(requestContext.client(), upTo, this::isThisConnection, receipt));
      }
      return;
    }
    List<NotificationId> ids = new ArrayList<>(asked.ids().size());
    for (String name : asked.ids()) {
      NotificationId id = id(ref, "ids", name);
      if (id == null) {
        return;
      }
      ids.add(id);
    }
    append(
        ref,
        inbox,
        receipt ->
            notifications().read(requestContext.client(), ids, this::isThisConnection, receipt));
  }

  void acknowledge(@Nullable Ref ref, Request.Ack asked) {
    InboxPosition position = InboxPosition.parse(asked.pos());
    String name = device;
    if (position == null) {
      requestContext.refuse(
          ref, null, Refusal.notPosition("pos", requestContext.parts().server().language()));
    } else if (name == null) {
      requestContext.refuse(
          ref, null, Refusal.noDevice(requestContext.parts().server().language()));
    } else {
      note(
          ref,
          receipt ->
              notifications().acknowledged(requestContext.client(), name, position, receipt));
    }
  }

  void shown(@Nullable Ref ref, Request.Shown asked) {
    NotificationId id = id(ref, "id", asked.id());
    String name = device;
    if (id == null) {
      return;
    }
    if (name == null) {
      requestContext.refuse(
          ref, null, Refusal.noDevice(requestContext.parts().server().language()));
    } else {
      note(ref, receipt -> notifications().shown(requestContext.client(), name, id, receipt));
    }
  }

  void inbox(@Nullable Ref ref, Request.Inbox asked) {
    NotificationId before = asked.before() == null ? null : id(ref, "before", asked.before());
    NotificationId after = asked.after() == null ? null : id(ref, "after", asked.after());
    if ((asked.before() != null && before == null) || (asked.after() != null && after == null)) {
      return;
    }
    requestContext.lookUp(
        ref,
        null,
        ReaderThreads.Cost.DEAR,
        () -> Optional.ofNullable(page(asked, before, after)),
        found ->
            found.ifPresentOrElse(
                page -> {
                  requestContext.reply(ref, page.reply);
                  sent.add(page.items);
                },
                () -> requestContext.refuse(ref, null, ErrorCode.NOT_FOUND)));
  }

  /// A page as it is sent, and the items on it.
  private record Page(Reply reply, List<Item> items) {}

  /// On a reader thread.
  private @Nullable Page page(
      Request.Inbox asked, @Nullable NotificationId before, @Nullable NotificationId after) {
    InboxLog log = requestContext.parts().server().inboxLog();
    InboxLog.Page page =
        after == null
            ? log.before(requestContext.client(), before, asked.limit(), asked.unreadOnly())
            : log.after(requestContext.client(), after, asked.limit(), asked.unreadOnly());
    if (page == null) {
      return null;
    }
    EntryWriter writer = requestContext.parts().writer();
    List<byte[]> frames = new ArrayList<>(page.items().size());
    for (Item item : page.items()) {
      frames.add(writer.encode(item.publication(), item.read()));
    }
    return new Page(new Reply.Inbox(frames, page.unread(), page.more()), page.items());
  }

  /// Parses an id; `null` if it is not valid, which is reported then.
  private @Nullable NotificationId id(@Nullable Ref ref, String field, String text) {
    NotificationId id = NotificationId.parse(text);
    if (id == null) {
      requestContext.refuse(
          ref, null, Refusal.notNotification(field, requestContext.parts().server().language()));
    }
    return id;
  }

  private void append(@Nullable Ref ref, TopicName topic, Function<Receipt, Appended> append) {
    append(ref, topic, append, /* named= */ true);
  }

  /// @param named whether the reply to a stored entry contains its id
  private void append(
      @Nullable Ref ref, TopicName topic, Function<Receipt, Appended> append, boolean named) {
    long draft = requestContext.pendingReplies().given(topic);
    Receipt receipt =
        requestContext
            .connection()
            .receipt(outcome -> {
              requestContext.pendingReplies().settled(topic, draft);
              settled(ref, outcome, named);
              joinedRooms.proceed();
            });
    if (append.apply(receipt) != Appended.QUEUED) {
      requestContext.pendingReplies().settled(topic, draft);
      requestContext.refuse(ref, null, ErrorCode.UNAVAILABLE);
    }
  }

  /// A request that creates no entry is only answered if it has a `ref`.
  private void note(@Nullable Ref ref, Function<Receipt, Appended> append) {
    Receipt receipt =
        requestContext.connection().receipt(outcome -> settled(ref, outcome, /* named= */ false));
    if (append.apply(receipt) != Appended.QUEUED) {
      requestContext.refuse(ref, null, ErrorCode.UNAVAILABLE);
    }
  }

  private void settled(@Nullable Ref ref, Outcome outcome, boolean named) {
    switch (outcome) {
      case Outcome.Stored stored ->
          requestContext.done(
              ref, named ? new Reply.Notified(stored.id(), stored.time()) : new Reply.Done());
      case Outcome.Read read -> requestContext.done(ref, new Reply.Unread(read.unread()));
      case Outcome.Noted noted -> requestContext.done(ref, new Reply.Done());
      case Outcome.Marked marked -> throw new IllegalStateException("an inbox has no read marker");
      case Outcome.Listed listed -> throw new IllegalStateException("an inbox has no members");
      case Outcome.Refused refused ->
          requestContext.refuse(ref, null, refused.in(requestContext.parts().server().language()));
    }
  }

  @SuppressWarnings("ReferenceEquality") // It is this very connection, or another.
  private boolean isThisConnection(Subscriber subscriber) {
    return subscriber == requestContext.connection();
  }

  private Notifications notifications() {
    return requestContext.parts().server().notifications();
  }
}
