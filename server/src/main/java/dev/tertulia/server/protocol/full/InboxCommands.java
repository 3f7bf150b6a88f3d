package dev.tertulia.server.protocol.full;

import dev.tertulia.server.connection.ReaderThreads;
import dev.tertulia.server.connection.SentRanges;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.notification.InboxCommand;
import dev.tertulia.server.notification.InboxLog;
import dev.tertulia.server.notification.InboxLog.Item;
import dev.tertulia.server.notification.InboxQuery;
import dev.tertulia.server.notification.Notifications;
import dev.tertulia.server.protocol.InboxWriter;
import dev.tertulia.server.protocol.Received.Ref;
import dev.tertulia.server.topic.Draft.Receipt;
import dev.tertulia.server.topic.Exclusion;
import dev.tertulia.server.topic.Journal.Appended;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.TopicName;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The notification requests of one connection, once they are permitted: sending, revoking,
/// acknowledging, reading. Owned by the connection's loop.
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
    if (!requestContext.isInRate(ref, null, requestContext.rates().notifications(1))) {
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
    if (!requestContext.isInRate(ref, null, requestContext.rates().notifications(1))) {
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
    append(
        ref,
        asked.id().topic(),
        receipt ->
            notifications()
                .revoke(requestContext.client(), asked.id(), /* anybodys= */ false, receipt),
        /* named= */ false);
  }

  void carryOut(@Nullable Ref ref, InboxCommand command) {
    switch (command) {
      case InboxCommand.Read read ->
          append(
              ref,
              TopicName.inbox(requestContext.client()),
              receipt ->
                  notifications()
                      .read(
                          requestContext.client(),
                          read,
                          new Exclusion.One(requestContext.connection()),
                          receipt));
      case InboxCommand.Ack ack ->
          note(
              ref,
              (name, receipt) ->
                  notifications()
                      .acknowledged(requestContext.client(), name, ack.position(), receipt));
      case InboxCommand.Shown shown ->
          note(
              ref,
              (name, receipt) ->
                  notifications().shown(requestContext.client(), name, shown.id(), receipt));
    }
  }

  void inbox(@Nullable Ref ref, InboxQuery query) {
    if (!requestContext.isInRate(ref, null, requestContext.rates().query())) {
      return;
    }
    requestContext.lookUp(
        ref,
        null,
        ReaderThreads.Cost.DEAR,
        () -> Optional.ofNullable(page(query)),
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
  private @Nullable Page page(InboxQuery query) {
    InboxLog.Page page =
        query.read(requestContext.parts().server().inboxLog(), requestContext.client());
    return page == null
        ? null
        : new Page(
            new Reply.Inbox(
                InboxWriter.frames(page, requestContext.parts().writer()),
                page.unread(),
                page.more()),
            page.items());
  }

  private void append(@Nullable Ref ref, TopicName topic, Function<Receipt, Appended> append) {
    append(ref, topic, append, /* named= */ true);
  }

  /// @param named whether the reply to a stored entry contains its id
  private void append(
      @Nullable Ref ref, TopicName topic, Function<Receipt, Appended> append, boolean named) {
    long draft = requestContext.pendingReplies().given(topic);
    Appended appended =
        requestContext
            .connection()
            .append(
                append,
                outcome -> {
                  requestContext.pendingReplies().settled(topic, draft);
                  settled(ref, outcome, named);
                  joinedRooms.proceed();
                });
    if (appended != Appended.QUEUED) {
      requestContext.pendingReplies().settled(topic, draft);
      requestContext.refuse(ref, null, ErrorCode.UNAVAILABLE);
    }
  }

  /// A request that creates no entry is only answered if it has a `ref`.
  ///
  /// @param append passes a draft about this device and the given receipt to the journal
  private void note(@Nullable Ref ref, BiFunction<String, Receipt, Appended> append) {
    String name = device;
    if (name == null) {
      requestContext.refuse(
          ref, null, Refusal.noDevice(requestContext.parts().server().language()));
      return;
    }
    Appended appended =
        requestContext
            .connection()
            .append(
                receipt -> append.apply(name, receipt),
                outcome -> settled(ref, outcome, /* named= */ false));
    if (appended != Appended.QUEUED) {
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
      case Outcome.Refused refused -> requestContext.refuse(ref, null, refused);
      case Outcome.Unconfirmed unconfirmed ->
          requestContext.refuse(
              ref, null, unconfirmed.in(requestContext.parts().server().language()));
    }
  }

  private Notifications notifications() {
    return requestContext.parts().server().notifications();
  }
}
