package dev.tertulia.server.protocol.full;

import dev.tertulia.server.auth.Action;
import dev.tertulia.server.auth.Authentication;
import dev.tertulia.server.auth.Decision;
import dev.tertulia.server.auth.Permissions;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.connection.Connection;
import dev.tertulia.server.connection.PermissionChecks;
import dev.tertulia.server.connection.ReadQueue;
import dev.tertulia.server.connection.ReaderThreads.Cost;
import dev.tertulia.server.limits.ClientRates;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.protocol.Received.Ref;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.TopicName;
import dev.tertulia.server.topic.WireFormat;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What the parts of a [FullSession] share: how to reply, and how to read from the log. Owned by
/// the connection's loop.
record RequestContext(
    Connection connection,
    WireFormat format,
    FullSession.Services parts,
    ReadQueue readQueue,
    PermissionChecks checks,
    PendingReplies pendingReplies) {
  /// When a request may be repeated after the queue of reads was full.
  private static final Duration PAUSE = Duration.ofSeconds(1);

  ClientId client() {
    return connection.client();
  }

  /// The name of the client to show.
  String name() {
    return connection.principal().shownName();
  }

  void reply(@Nullable Ref ref, Reply reply) {
    byte[] json = Reply.Writer.reply(ref, reply);
    ByteBuf frame =
        switch (reply) {
          case Reply.Joined joined when joined.after() != null ->
              format.frame(json, TopicName.room(joined.room()), joined.after());
          case Reply.CaughtUp caughtUp ->
              format.frame(json, TopicName.room(caughtUp.room()), caughtUp.pos());
          case Reply.InboxOpened opened ->
              format.frame(json, TopicName.inbox(client()), opened.pos());
          case Reply.InboxCaughtUp caughtUp ->
              format.frame(json, TopicName.inbox(client()), caughtUp.pos());
          case Reply.Welcome _,
              Reply.Done _,
              Reply.Stored _,
              Reply.Marked _,
              Reply.Notified _,
              Reply.Unread _,
              Reply.Refused _,
              Reply.Joined _,
              Reply.History _,
              Reply.Present _,
              Reply.Rooms _,
              Reply.Inbox _ ->
              format.frame(json);
        };
    connection.replyAtLength(frame);
  }

  /// Replies to a request with a `ref`.
  void done(@Nullable Ref ref, Reply reply) {
    if (ref != null) {
      reply(ref, reply);
    }
  }

  void refuse(@Nullable Ref ref, @Nullable RoomName room, ErrorCode code) {
    refuse(ref, room, Refusal.of(code, parts.server().language()));
  }

  /// Replies that the journal has refused a draft.
  void refuse(@Nullable Ref ref, @Nullable RoomName room, Outcome.Refused refused) {
    Refusal refusal = refused.in(parts.server().language());
    reply(ref, new Reply.Refused(room, refusal, refused.retryAfter()));
  }

  void refuse(@Nullable Ref ref, @Nullable RoomName room, Refusal refusal) {
    reply(ref, new Reply.Refused(room, refusal));
  }

  /// Whether a request is within a rate of the client; otherwise it is refused.
  ///
  /// @param wait the result of a method of `ClientRates.Account`
  boolean isInRate(@Nullable Ref ref, @Nullable RoomName room, long wait) {
    if (wait > 0) {
      tooFast(ref, room, Duration.ofNanos(wait));
    }
    return wait <= 0;
  }

  /// What all connections of the client may do together.
  ClientRates.Account rates() {
    return connection.clientRates();
  }

  /// Replies that the token of the request is refused.
  void refuse(@Nullable Ref ref, Authentication.Refused refused) {
    Refusal refusal = refused.refusal();
    reply(
        ref,
        refused.retryAfter() == null
            ? new Reply.Refused(null, refusal)
            : new Reply.Refused(null, refusal, refused.retryAfter()));
  }

  /// Replies that the request is beyond the rate limit.
  void tooFast(@Nullable Ref ref, @Nullable RoomName room, Duration wait) {
    Refusal refusal = Refusal.of(ErrorCode.RATE_LIMITED, parts.server().language());
    Duration inMillis = Duration.ofMillis(Math.max(1, wait.plusNanos(999_999).toMillis()));
    reply(ref, new Reply.Refused(room, refusal, inMillis));
  }

  /// Reads something; replies with the reason if it can't be read.
  <T> void lookUp(
      @Nullable Ref ref, @Nullable RoomName room, Cost cost, Supplier<T> read, Consumer<T> then) {
    if (!readQueue.run(cost, read, then, failure -> failed(ref, room, failure))) {
      tooFast(ref, room, PAUSE);
    }
  }

  /// A read has failed.
  void failed(@Nullable Ref ref, @Nullable RoomName room, RuntimeException failure) {
    parts.server().readFaultLog().met(failure);
    refuse(ref, room, ErrorCode.UNAVAILABLE);
  }

  /// Runs `then` if the client may make `request`, and refuses it otherwise.
  void ifAllowed(@Nullable Ref ref, Request request, Runnable then) {
    Principal principal = connection.principal();
    Permissions permissions = parts.server().permissions();
    switch (request.need()) {
      case Action.InRoom action ->
          ifAllowed(ref, Objects.requireNonNull(request.room()), action, then);
      case Action.OnClient action -> {
        ClientId to = request instanceof Request.Notification asked ? asked.to() : null;
        ifAllowed(ref, permissions.check(principal, action, to == null ? client() : to), then);
      }
      case Action.General action -> ifAllowed(ref, permissions.check(principal, action), then);
    }
  }

  private void ifAllowed(@Nullable Ref ref, Decision decision, Runnable then) {
    switch (decision) {
      case Decision.Decided decided -> ifAllowed(ref, null, decided, then);
      case Decision.Pending(CompletionStage<Decision.Decided> later) ->
          later.whenComplete((decided, failure) ->
              connection.execute(() -> {
                if (decided == null) {
                  refuse(ref, null, ErrorCode.UNAVAILABLE);
                } else {
                  ifAllowed(ref, null, decided, then);
                }
              }));
    }
  }

  private void ifAllowed(
      @Nullable Ref ref, @Nullable RoomName room, Decision.Decided decided, Runnable then) {
    switch (decided) {
      case Decision.Allowed _ -> then.run();
      case Decision.Refused(Refusal refusal) -> refuse(ref, room, refusal);
    }
  }

  private void ifAllowed(@Nullable Ref ref, RoomName room, Action.InRoom action, Runnable then) {
    boolean asked =
        checks.ask(
            action,
            room,
            decided -> ifAllowed(ref, room, decided, then),
            failure -> failed(ref, room, failure));
    if (!asked) {
      tooFast(ref, room, PAUSE);
    }
  }

  /// Finds out whether the client may amend messages of others, for a request about `room` that was
  /// just allowed.
  void ifModerator(@Nullable Ref ref, RoomName room, Consumer<Boolean> then) {
    checks.askNext(
        Action.InRoom.MODERATE,
        room,
        decided -> then.accept(decided.isAllowed()),
        failure -> failed(ref, room, failure));
  }

  /// The drafts that one connection has given to the journal and whose outcomes are pending, by
  /// topic. Owned by the connection's loop.
  ///
  /// The log may contain an entry before its outcome has reached this loop. So that a client does
  /// not see its own entry before the `ok`, a page is shown only when all drafts given before the
  /// read are settled.
  static final class PendingReplies {
    /// The numbers of the pending drafts by topic, in order. Their outcomes arrive in that order
    /// too, unless something fails.
    private final Map<TopicName, ArrayDeque<Long>> byTopic = new HashMap<>(2);

    private long given;

    /// Registers a draft that goes to the journal.
    ///
    /// @return its number
    long given(TopicName topic) {
      byTopic.computeIfAbsent(topic, name -> new ArrayDeque<>(2)).add(++given);
      return given;
    }

    /// Records that a draft has an outcome, or was not accepted. No effect if that is known
    /// already.
    void settled(TopicName topic, long draft) {
      ArrayDeque<Long> drafts = byTopic.get(topic);
      if (drafts != null) {
        drafts.remove(draft);
        if (drafts.isEmpty()) {
          byTopic.remove(topic);
        }
      }
    }

    /// The number of drafts so far, which is the number of the newest.
    long given() {
      return given;
    }

    /// Whether all drafts for `topic` up to the number `draft` are settled.
    boolean isSettled(TopicName topic, long draft) {
      ArrayDeque<Long> drafts = byTopic.get(topic);
      return drafts == null || drafts.element() > draft;
    }
  }
}
