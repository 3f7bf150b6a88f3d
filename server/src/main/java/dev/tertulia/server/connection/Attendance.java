package dev.tertulia.server.connection;

import dev.tertulia.server.protocol.ErrorCode;
import dev.tertulia.server.protocol.Ref;
import dev.tertulia.server.protocol.Refusal;
import dev.tertulia.server.protocol.Reply;
import dev.tertulia.server.protocol.Request;
import dev.tertulia.server.protocol.RoomName;
import dev.tertulia.server.topic.Subscription;
import dev.tertulia.server.topic.TopicName;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// In which rooms one connection is, and into which it is about to come, and its place in its
/// inbox: one after the other, whenever nothing waits for the connection and its socket takes more.
/// Owned by the connection's loop.
///
/// It may be in [Request#MAX_ROOMS], those included that it waits for. A room that is left before
/// it was entered is entered first, so that each request has its reply, in their order.
final class Attendance {
  /// The most comings and goings that may wait.
  private static final int MOST_WAITING = 2 * Request.MAX_ROOMS;

  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Talk talk;
  private final SentRanges sent;
  private final Map<RoomName, Subscription> rooms = new HashMap<>(4);
  private final Map<RoomName, Subscription> watchedPresence = new HashMap<>(2);
  private final ArrayDeque<Step> waiting = new ArrayDeque<>(2);
  private @Nullable CatchUp<?> current;

  /// What it is subscribed to of its inbox: nothing, or both logs.
  private List<Subscription> inbox = List.of();

  /// Whether it has asked what stands in its inbox, and so must know if that is lost.
  private boolean inboxAsked;

  /// How many rooms it is about to come into, or to come into anew.
  private int coming;

  Attendance(Talk talk, SentRanges sent) {
    this.talk = talk;
    this.sent = sent;
  }

  /// What waits.
  private sealed interface Step {
    /// `null` for the inbox.
    @Nullable RoomName room();

    record Come(CatchUp.Wish wish) implements Step {
      @Override
      public @Nullable RoomName room() {
        return wish.room();
      }
    }

    record Go(@Nullable Ref ref, RoomName room) implements Step {}
  }

  /// Comes into a room, when it is its turn.
  void join(CatchUp.Wish wish) {
    RoomName room = wish.room();
    if (room != null && !isIn(room) && rooms.size() + coming >= Request.MAX_ROOMS) {
      talk.refuse(wish.ref(), room, Refusal.tooManyRooms(talk.parts().language()));
    } else if (room != null && !talk.connection().presence().hasRoomFor(room, talk.client())) {
      talk.refuse(wish.ref(), room, ErrorCode.FORBIDDEN);
    } else if (waiting.size() >= MOST_WAITING) {
      talk.tooFast(wish.ref(), room, PAUSE);
    } else {
      if (room != null) {
        coming++;
      }
      waiting.add(new Step.Come(wish));
      proceed();
    }
  }

  /// Is delivered what comes to the inbox from now on, and nothing that was there before.
  void listen() {
    endInbox();
    inbox =
        List.of(
            talk.connection().subscribe(TopicName.inbox(talk.client())),
            talk.connection().subscribe(TopicName.BROADCASTS));
  }

  /// Watches the inbox from now on; what it was subscribed to of it ends.
  List<Subscription> watchInbox() {
    endInbox();
    inboxAsked = true;
    inbox =
        List.of(
            talk.connection().watch(TopicName.inbox(talk.client())),
            talk.connection().watch(TopicName.BROADCASTS));
    return inbox;
  }

  private void endInbox() {
    inbox.forEach(this::end);
    inbox = List.of();
  }

  /// Goes out of a room, when its turn to come in has been.
  void leave(@Nullable Ref ref, RoomName room) {
    if (isComing(room)) {
      if (waiting.size() >= MOST_WAITING) {
        talk.tooFast(ref, room, PAUSE);
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

  /// Whether one more room may be asked who is in it, and whether that is watched already.
  boolean watchPresence(RoomName room) {
    if (!watchedPresence.containsKey(room)) {
      if (watchedPresence.size() >= Request.MAX_ROOMS) {
        return false;
      }
      watchedPresence.put(room, talk.connection().subscribe(TopicName.presence(room)));
    }
    return true;
  }

  /// The socket takes more, or something has been settled.
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
          if (!talk.connection().takesMore()) {
            return;
          }
          waiting.remove();
          current = catchUp(come.wish);
          current.begin();
        }
      }
    }
  }

  private CatchUp<?> catchUp(CatchUp.Wish wish) {
    RoomName room = wish.room();
    return room == null
        ? new CatchUp<>(talk, this, wish, new InboxDestination(talk, this, sent))
        : new CatchUp<>(talk, this, wish, new RoomDestination(talk, this, room, wish.again()));
  }

  /// One of the inbox's logs has lost its end.
  ///
  /// @return `false` if the client only listens to it: then nothing was done
  boolean inboxRolledBack() {
    if (current != null && current.wish().room() == null) {
      current.rolledBack();
      return true;
    }
    if (inboxAsked) {
      endInbox();
      waiting.addFirst(new Step.Come(CatchUp.Wish.again(null)));
      proceed();
    }
    return inboxAsked;
  }

  /// The log of a room has lost its end.
  void rolledBack(RoomName room) {
    if (current != null && current.wish().isOf(room)) {
      current.rolledBack();
    } else if (isIn(room)) {
      end(rooms.get(room));
      coming++;
      waiting.addFirst(new Step.Come(CatchUp.Wish.again(room)));
      proceed();
    }
  }

  /// The client is not on the list of `room` any more: whatever it was there it is no longer, and
  /// is told so. What it has asked for and nobody has begun with is looked at anew.
  void expelled(RoomName room) {
    int before = waiting.size();
    waiting.removeIf(
        step -> step instanceof Step.Come come && come.wish.again() && come.wish.isOf(room));
    coming -= before - waiting.size();
    if (current != null && current.wish().isOf(room)) {
      current.expelled();
    } else if (isIn(room) || watchedPresence.containsKey(room)) {
      leaveNow(room);
      talk.refuse(null, room, ErrorCode.FORBIDDEN);
    } else if (waiting.size() < before) {
      talk.refuse(null, room, ErrorCode.FORBIDDEN);
    }
  }

  /// Watches a room from now on; what it was subscribed to there ends.
  Subscription watch(RoomName room) {
    end(rooms.get(room));
    return talk.connection().watch(TopicName.room(room));
  }

  /// The connection is in `room` from now on.
  ///
  /// @return how many clients are there
  int enter(RoomName room, Subscription subscription) {
    Subscription before = rooms.put(room, subscription);
    return before == null
        ? talk.connection().presence().enter(room, talk.client(), talk.name())
        : talk.connection().presence().count(room);
  }

  /// The current catch-up has ended, in whatever way.
  void next() {
    if (current != null && current.wish().room() != null) {
      coming--;
    }
    current = null;
    if (!waiting.isEmpty()) {
      talk.connection().execute(this::proceed);
    }
  }

  /// The connection has ended.
  void end() {
    waiting.clear();
    if (current != null) {
      current.cancel();
    }
  }

  /// Is not in `room` any more, if it was.
  void leaveNow(RoomName room) {
    Subscription subscription = rooms.remove(room);
    if (subscription != null) {
      end(subscription);
      talk.connection().presence().leave(room, talk.client(), true);
    }
    end(watchedPresence.remove(room));
  }

  private void go(@Nullable Ref ref, RoomName room) {
    CatchUp<?> under = current;
    leaveNow(room);
    talk.done(ref, new Reply.Done());
    if (under != null && under.wish().isOf(room)) {
      under.cancel();
      next();
    }
  }

  private void end(@Nullable Subscription subscription) {
    if (subscription != null) {
      talk.connection().unsubscribe(subscription);
    }
  }

  private boolean isComing(RoomName room) {
    return (current != null && !current.isTold() && current.wish().isOf(room))
        || waiting.stream().anyMatch(step -> room.equals(step.room()));
  }
}
