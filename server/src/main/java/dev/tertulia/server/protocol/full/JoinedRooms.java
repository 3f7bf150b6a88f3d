package dev.tertulia.server.protocol.full;

import dev.tertulia.server.auth.Action;
import dev.tertulia.server.connection.SentRanges;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.protocol.Received.Ref;
import dev.tertulia.server.topic.Subscription;
import dev.tertulia.server.topic.TopicName;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The rooms that one connection is in or is about to enter, and its subscription to its inbox.
/// Joins are processed one after the other, whenever nothing waits for the connection and its
/// socket is writable. Owned by the connection's loop.
///
/// A connection may be in [Request#MAX_ROOMS] rooms, including those that it is about to enter. A
/// `leave` for a room that is not entered yet waits for the join, so that each request gets its
/// reply, in order.
final class JoinedRooms {
  /// The maximum number of joins and leaves that wait.
  private static final int MOST_WAITING = 2 * Request.MAX_ROOMS;

  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final RequestContext requestContext;
  private final SentRanges sent;
  private final Map<RoomName, Subscription> rooms = new HashMap<>(4);
  private final Map<RoomName, Subscription> watchedPresence = new HashMap<>(2);
  private final ArrayDeque<Step> waiting = new ArrayDeque<>(2);
  private @Nullable Replay<?> current;

  /// The subscriptions to its inbox: none, or one for each of the two logs.
  private List<Subscription> inbox = List.of();

  /// Whether the client has requested the entries of its inbox, and so must learn if some are lost.
  private boolean inboxAsked;

  /// The number of rooms that it is about to enter or to enter again.
  private int coming;

  JoinedRooms(RequestContext requestContext, SentRanges sent) {
    this.requestContext = requestContext;
    this.sent = sent;
  }

  /// A waiting step.
  private sealed interface Step {
    /// `null` for the inbox.
    @Nullable RoomName room();

    record Come(JoinRequest request) implements Step {
      @Override
      public @Nullable RoomName room() {
        return request.room();
      }
    }

    record Go(@Nullable Ref ref, RoomName room) implements Step {}
  }

  /// Joins a room when its turn comes.
  void join(JoinRequest request) {
    RoomName room = request.room();
    if (!requestContext.isInRate(request.ref(), room, requestContext.rates().join())) {
      return;
    }
    if (room != null && !isIn(room) && rooms.size() + coming >= Request.MAX_ROOMS) {
      requestContext.refuse(
          request.ref(),
          room,
          Refusal.tooManyRooms(Request.MAX_ROOMS, requestContext.parts().server().language()));
    } else if (room != null
        && !isIn(room)
        && !requestContext.connection().mayJoinAnother(rooms.size() + coming)) {
      requestContext.refuse(
          request.ref(),
          room,
          Refusal.tooManyRoomsOfClient(requestContext.parts().server().language()));
    } else if (room != null
        && !requestContext.connection().presence().hasRoomFor(room, requestContext.client())) {
      requestContext.refuse(request.ref(), room, ErrorCode.FORBIDDEN);
    } else if (waiting.size() >= MOST_WAITING) {
      requestContext.tooFast(request.ref(), room, PAUSE);
    } else {
      if (room != null) {
        coming++;
      }
      waiting.add(new Step.Come(request));
      proceed();
    }
  }

  /// Subscribes to the inbox from now on, without earlier entries.
  void listen() {
    endInbox();
    inbox =
        List.of(
            requestContext.connection().subscribe(TopicName.inbox(requestContext.client())),
            requestContext.connection().subscribe(TopicName.BROADCASTS));
  }

  /// Starts to watch the inbox; ends its earlier subscriptions.
  List<Subscription> watchInbox() {
    endInbox();
    inboxAsked = true;
    inbox =
        List.of(
            requestContext.connection().watch(TopicName.inbox(requestContext.client())),
            requestContext.connection().watch(TopicName.BROADCASTS));
    return inbox;
  }

  private void endInbox() {
    inbox.forEach(this::end);
    inbox = List.of();
  }

  /// Leaves a room, after a waiting join.
  void leave(@Nullable Ref ref, RoomName room) {
    if (isComing(room)) {
      if (waiting.size() >= MOST_WAITING) {
        requestContext.tooFast(ref, room, PAUSE);
      } else {
        waiting.add(new Step.Go(ref, room));
      }
    } else {
      go(ref, room);
    }
  }

  /// Whether the connection is in `room`.
  boolean isIn(RoomName room) {
    return rooms.containsKey(room);
  }

  /// All rooms that it is in.
  Collection<RoomName> rooms() {
    return List.copyOf(rooms.keySet());
  }

  /// Subscribes to the presence of a room; returns whether there was room for the subscription, or
  /// it existed already.
  boolean watchPresence(RoomName room) {
    if (!watchedPresence.containsKey(room)) {
      if (watchedPresence.size() >= Request.MAX_ROOMS) {
        return false;
      }
      watchedPresence.put(room, requestContext.connection().subscribe(TopicName.presence(room)));
    }
    return true;
  }

  /// The socket is writable again, or a draft has been settled.
  void proceed() {
    if (current != null) {
      current.proceed();
      return;
    }
    while (current == null && !waiting.isEmpty()) {
      switch (waiting.element()) {
        case Step.Go go -> {
          waiting.remove();
          go(go.ref, go.room);
        }
        case Step.Come come -> {
          if (!requestContext.connection().takesMore()) {
            return;
          }
          waiting.remove();
          current = replay(come.request);
          current.begin();
        }
      }
    }
  }

  private Replay<?> replay(JoinRequest request) {
    RoomName room = request.room();
    return room == null
        ? new Replay<>(
            requestContext, this, request, new InboxReplaySource(requestContext, this, sent))
        : new Replay<>(
            requestContext,
            this,
            request,
            new RoomReplaySource(requestContext, this, room, request.again()));
  }

  /// One of the inbox's logs has lost its end.
  ///
  /// @return `false` if the client only listens to it; then nothing was done
  boolean inboxRolledBack() {
    if (current != null && current.request().room() == null) {
      current.rolledBack();
      return true;
    }
    if (inboxAsked) {
      endInbox();
      waiting.addFirst(new Step.Come(JoinRequest.again(null)));
      proceed();
    }
    return inboxAsked;
  }

  /// The log of a room has lost its end.
  void rolledBack(RoomName room) {
    if (current != null && current.request().isOf(room)) {
      current.rolledBack();
    } else if (isIn(room)) {
      end(rooms.get(room));
      coming++;
      waiting.addFirst(new Step.Come(JoinRequest.again(room)));
      proceed();
    }
  }

  /// The client may no longer be in `room`: it leaves the room and is told so. Joins that are still
  /// waiting are checked again.
  void expelled(RoomName room) {
    int before = waiting.size();
    waiting.removeIf(
        step -> step instanceof Step.Come come && come.request.again() && come.request.isOf(room));
    coming -= before - waiting.size();
    if (current != null && current.request().isOf(room)) {
      current.expelled();
    } else if (isIn(room) || watchedPresence.containsKey(room)) {
      leaveNow(room);
      requestContext.refuse(null, room, ErrorCode.FORBIDDEN);
    } else if (waiting.size() < before) {
      requestContext.refuse(null, room, ErrorCode.FORBIDDEN);
    }
  }

  /// The client has other rights: it leaves the rooms that it may no longer join, and is told so,
  /// as if it were expelled. Joins that are still waiting are checked when their turn comes.
  ///
  /// @param then runs when all rooms are checked
  void recheck(Runnable then) {
    Set<RoomName> all = new HashSet<>(rooms.keySet());
    all.addAll(watchedPresence.keySet());
    if (current != null && current.request().room() != null) {
      all.add(current.request().room());
    }
    for (Step step : waiting) {
      if (step instanceof Step.Come come && come.request.again() && step.room() != null) {
        all.add(step.room());
      }
    }
    new Recheck(all.size(), then).begin(all);
  }

  /// A check of several rooms, some of which may have to be looked up.
  private final class Recheck {
    private final Runnable then;

    /// The number of rooms that are not checked yet, and one more until all are asked.
    private int left;

    Recheck(int rooms, Runnable then) {
      left = rooms + 1;
      this.then = then;
    }

    void begin(Set<RoomName> all) {
      for (RoomName room : all) {
        requestContext
            .checks()
            .askNext(
                Action.InRoom.JOIN,
                room,
                decided -> checked(room, decided.isAllowed()),
                failure -> {
                  requestContext.parts().server().readFaultLog().met(failure);
                  checked(room, /* stays= */ false);
                });
      }
      proceed();
    }

    private void checked(RoomName room, boolean stays) {
      if (!stays) {
        expelled(room);
      }
      proceed();
    }

    private void proceed() {
      left--;
      if (left == 0) {
        then.run();
      }
    }
  }

  /// Starts to watch a room; ends its earlier subscription.
  Subscription watch(RoomName room) {
    end(rooms.get(room));
    return requestContext.connection().watch(TopicName.room(room));
  }

  /// Enters `room`.
  ///
  /// @return the number of clients in it
  int enter(RoomName room, Subscription subscription) {
    Subscription before = rooms.put(room, subscription);
    requestContext.connection().joinedRooms(rooms.size());
    return before == null
        ? requestContext
            .connection()
            .presence()
            .enter(room, requestContext.client(), requestContext.name())
        : requestContext.connection().presence().count(room);
  }

  /// The current replay has ended, successfully or not.
  void next() {
    if (current != null && current.request().room() != null) {
      coming--;
    }
    current = null;
    if (!waiting.isEmpty()) {
      requestContext.connection().execute(this::proceed);
    }
  }

  /// The connection has ended.
  void end() {
    waiting.clear();
    if (current != null) {
      current.cancel();
    }
  }

  /// Leaves `room` immediately, if it was there.
  void leaveNow(RoomName room) {
    Subscription subscription = rooms.remove(room);
    if (subscription != null) {
      requestContext.connection().joinedRooms(rooms.size());
      end(subscription);
      requestContext.connection().presence().leave(room, requestContext.client(), true);
    }
    end(watchedPresence.remove(room));
  }

  private void go(@Nullable Ref ref, RoomName room) {
    Replay<?> under = current;
    leaveNow(room);
    requestContext.done(ref, new Reply.Done());
    if (under != null && under.request().isOf(room)) {
      under.cancel();
      next();
    }
  }

  private void end(@Nullable Subscription subscription) {
    if (subscription != null) {
      requestContext.connection().unsubscribe(subscription);
    }
  }

  private boolean isComing(RoomName room) {
    return (current != null && !current.isReplied() && current.request().isOf(room))
        || waiting.stream().anyMatch(step -> room.equals(step.room()));
  }
}
