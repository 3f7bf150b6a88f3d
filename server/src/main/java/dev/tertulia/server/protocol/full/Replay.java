package dev.tertulia.server.protocol.full;

import dev.tertulia.server.connection.Connection;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.notification.InboxLog.Item;
import dev.tertulia.server.protocol.Ref;
import dev.tertulia.server.protocol.full.ReplaySource.Stretch;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.Subscription;
import dev.tertulia.server.topic.TopicName;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Brings one connection to one [ReplaySource], a room or its inbox: from the request to live
/// delivery. Owned by the connection's loop.
///
/// First the loop watches the topics, so that it receives everything stored from now on. Then the
/// log is read, from memory immediately or by a reader thread. The first page is the reply; further
/// pages follow as the socket accepts them, one at a time, so that nothing is held for a client
/// that does not read. Once the log has been read to its end, or at least up to what has been
/// handed to this loop, live delivery begins with the first delivery after that. If such a delivery
/// has already been handed over, more must be read first.
///
/// The log may contain an entry of the client itself before the loop knows of it. While the client
/// waits for an `ok`, a page is shown only up to what has been handed to this loop, since all
/// replies up to there have been sent; or up to its end, once all requests made before the read
/// have been answered.
///
/// If the log does not reach back to the client's position, or can't be read, the client gets the
/// newest entries and is told so, even in the middle of a replay.
///
/// @param <P> a position in the destination
final class Replay<P> {
  /// The delay before another attempt if the log does not yet contain what was handed over.
  private static final Duration SOON = Duration.ofMillis(10);

  private final RequestContext requestContext;
  private final JoinedRooms joinedRooms;
  private final Wish wish;
  private final ReplaySource<P> replaySource;
  private final List<TopicName> topics;
  private @Nullable List<Subscription> subscriptions;

  /// The last entry that the client has.
  private P at;

  private boolean told;

  /// Up to here the log may be shown when this connection's drafts up to the number `settling` are
  /// settled.
  private P sure;

  private long settling;

  /// The next page begins a reply, else it goes on.
  private boolean looking = true;

  /// What the client has is not all there was.
  private boolean lost;

  private boolean over;

  /// What is being read, by number; 0 for nothing. What was asked for before it is of no use.
  private int reading;

  private int reads;

  /// Waits for [#SOON], or an outcome.
  private boolean resting;

  Replay(
      RequestContext requestContext,
      JoinedRooms joinedRooms,
      Wish wish,
      ReplaySource<P> replaySource) {
    this.requestContext = requestContext;
    this.joinedRooms = joinedRooms;
    this.wish = wish;
    this.replaySource = replaySource;
    topics = replaySource.topics();
    at = replaySource.start();
    sure = replaySource.start();
  }

  /// Where a client wants to come.
  ///
  /// @param room `null` for its inbox
  /// @param after where it is already, as text; `null` for nowhere
  /// @param limit with `after` how many entries may have been missed, without how many of the
  ///   newest
  /// @param again it was there, and something went wrong: not asked for
  record Wish(
      @Nullable Ref ref,
      @Nullable RoomName room,
      @Nullable String after,
      @Nullable Integer limit,
      boolean again) {
    static Wish of(@Nullable Ref ref, Request.Join join) {
      return new Wish(ref, join.room(), join.after(), join.limit(), false);
    }

    static Wish of(Request.Resume resume) {
      return new Wish(null, resume.room(), resume.after(), null, false);
    }

    static Wish of(Request.ResumeInbox resume) {
      return new Wish(null, null, resume.after(), null, false);
    }

    static Wish again(@Nullable RoomName room) {
      return new Wish(null, room, null, null, true);
    }

    /// Whether it is about that room.
    boolean isOf(RoomName other) {
      return other.equals(room);
    }
  }

  /// What the reply begins with.
  ///
  /// @param after where `page` begins; `null` if it was asked for the newest
  private record First<P>(Stretch<P> page, @Nullable P after, boolean recovered) {}

  /// A page, or the part of it that may be shown.
  ///
  /// @param cut whether there is more in it
  private record Part<P>(Stretch<P> page, boolean cut) {}

  Wish wish() {
    return wish;
  }

  /// Whether the reply has been sent.
  boolean isTold() {
    return told || over;
  }

  /// Asks whether the client may, and goes on.
  void begin() {
    replaySource.admit(
        () -> {
          if (!over) {
            watch();
          }
        },
        code -> {
          if (!over) {
            refuse(code);
          }
        },
        this::fail);
  }

  /// The socket takes more, or something has been settled.
  void proceed() {
    if (!over && !resting && reading == 0 && subscriptions != null) {
      if (!requestContext.connection().takesMore()) {
        return;
      }
      if (looking) {
        look();
      } else {
        replay();
      }
    }
  }

  /// The log has lost its end.
  void rolledBack() {
    if (over || subscriptions == null) {
      return;
    }
    if (told) {
      startOver();
    } else {
      watch();
    }
  }

  /// The client may not come in any more, or not stay.
  void expelled() {
    if (!over) {
      refuse(ErrorCode.FORBIDDEN);
    }
  }

  /// Ends it without a word.
  void cancel() {
    over = true;
    unwatch();
  }

  private void unwatch() {
    if (subscriptions != null) {
      subscriptions.forEach(requestContext.connection()::unsubscribe);
    }
  }

  private void watch() {
    unwatch();
    subscriptions = replaySource.watch();
    sure = replaySource.start();
    settling = 0;
    reading = 0;
    looking = true;
    look();
  }

  /// The client is told that its messages are not all there were.
  private void startOver() {
    lost = true;
    watch();
  }

  private void look() {
    P after = lost || wish.after == null ? null : replaySource.parse(wish.after);
    if (after == null) {
      boolean recovered = !lost && !wish.again && wish.after == null;
      int limit = recovered && wish.limit != null ? wish.limit : Request.PAGE;
      read(() -> newest(limit, recovered), this::tell);
      return;
    }
    Stretch<P> page = replaySource.recent(after, Request.MAX_PAGE, pageBytes());
    if (page != null && page.most() <= limit()) {
      tell(new First<>(page, after, true));
    } else {
      read(() -> since(after), this::tell);
    }
  }

  /// On a reader's thread.
  private First<P> since(P after) {
    try {
      Stretch<P> page = replaySource.since(after, Request.MAX_PAGE, pageBytes());
      if (page != null
          && (page.most() <= limit()
              || (page.more() && replaySource.countSince(after, limit() + 1) <= limit()))) {
        return new First<>(page, after, true);
      }
    } catch (LogException e) {
      requestContext.parts().troubles().met(e);
    }
    return newest(Request.PAGE, false);
  }

  /// On a reader's thread.
  private First<P> newest(int limit, boolean recovered) {
    return new First<>(replaySource.newest(limit, pageBytes()), null, recovered);
  }

  private int limit() {
    return wish.limit == null ? Request.MAX_MISSED : wish.limit;
  }

  private void tell(First<P> first) {
    P start = first.after == null ? replaySource.start() : first.after;
    Part<P> part = shown(first.page, start);
    List<byte[]> messages = new ArrayList<>(part.page().items().size());
    P end = begin(part.page(), start);
    int taken = 0;
    int bytes = 0;
    for (Item item : part.page().items()) {
      if (bytes >= pageBytes()) {
        break;
      }
      taken++;
      if (!isRevoked(item)) {
        byte[] message = inFull(item);
        bytes += message.length;
        messages.add(message);
      }
      end = after(part.page(), end, item);
    }
    if (first.after == null && part.cut() && messages.isEmpty()) {
      return; // Nothing is known to begin from: an outcome comes soon.
    }
    if (!requestContext.connection().takesMore()
        && !requestContext.connection().hasRoomFor(bytes)) {
      return; // It is read again when the socket takes more.
    }
    boolean all = taken == part.page().items().size();
    if (all) {
      end = part.page().end();
    }
    boolean live = all && goLive(part);
    Ref ref = told ? null : wish.ref;
    told = true;
    looking = false;
    at = end;
    replaySource.arrive(ref, watched(), first.recovered, end, messages, !live);
    replaySource.sent(
        first.after == null ? null : begin(part.page(), start),
        end,
        part.page().items().subList(0, taken));
    if (live) {
      finish();
    } else {
      requestContext.connection().execute(this::proceed);
    }
  }

  private P begin(Stretch<P> page, P asked) {
    return page.begin() == null ? asked : page.begin();
  }

  private P after(Stretch<P> page, P before, Item item) {
    return page.begin() == null ? replaySource.at(item) : replaySource.after(before, item);
  }

  /// What was taken back is passed over: who was away never sees it.
  private static boolean isRevoked(Item item) {
    return item.publication().entry() instanceof Entry.Notification notification
        && notification.revoked();
  }

  private byte[] inFull(Item item) {
    return item.read()
        ? item.publication().inFullAsRead(requestContext.parts().writer())
        : item.publication().inFull(requestContext.parts().writer());
  }

  private void replay() {
    int bytes = Math.min(pageBytes(), Math.max(1, requestContext.connection().takes()));
    P from = at;
    Stretch<P> page = replaySource.recent(from, Request.MAX_PAGE, bytes);
    if (page == null) {
      read(() -> replaySource.since(from, Request.MAX_PAGE, bytes), this::send);
    } else {
      send(page);
    }
  }

  /// @param page `null` if the log does not reach back to where the client is
  private void send(@Nullable Stretch<P> page) {
    if (page == null) {
      startOver();
      return;
    }
    at = begin(page, at);
    Part<P> part = shown(page, at);
    P before = at;
    boolean all = true;
    for (Item item : part.page().items()) {
      if (!requestContext.connection().takesMore()) {
        all = false;
        break;
      }
      ByteBuf frame = frame(item);
      if (frame != null) {
        requestContext.connection().reply(frame);
      }
      at = after(page, at, item);
    }
    if (all) {
      at = part.page().end();
    }
    replaySource.sent(before, at, part.page().items());
    if (all && goLive(part)) {
      replaySource.caughtUp(at);
      finish();
    } else if (!all || !at.equals(before)) {
      requestContext.connection().execute(this::proceed);
    } else if (!part.cut()) {
      resting = true;
      requestContext
          .connection()
          .after(
              SOON,
              () -> {
                resting = false;
                proceed();
              });
    }
  }

  private @Nullable ByteBuf frame(Item item) {
    if (isRevoked(item)) {
      return null;
    }
    return item.read()
        ? requestContext.format().frame(inFull(item))
        : requestContext.format().encode(item.publication());
  }

  /// The part of `page` in which no entry is this connection's own that waits for its outcome.
  ///
  /// @param start where the page was asked to begin
  private Part<P> shown(Stretch<P> page, P start) {
    PendingReplies pendingReplies = requestContext.pendingReplies();
    int count = page.items().size();
    boolean waits = false;
    boolean settled = isSettled(settling);
    for (int log = 0; log < topics.size(); log++) {
      if (!pendingReplies.isSettled(topics.get(log), pendingReplies.given())) {
        waits = true;
        count = Math.min(count, showable(page, log, settled));
      }
    }
    if (!waits || (count == page.items().size() && mayEnd(page, settled))) {
      return new Part<>(page, false);
    }
    if (settled) {
      sure = page.end();
      settling = pendingReplies.given();
    }
    List<Item> clear = page.items().subList(0, count);
    P end = begin(page, start);
    for (Item item : clear) {
      end = after(page, end, item);
    }
    return new Part<>(new Stretch<>(clear, page.begin(), end, true, page.most()), true);
  }

  /// Whether a page may be said to end where it does: one of the newest may end with entries that
  /// are not shown because they change nothing any more, and this connection's own that waits for
  /// its outcome may be one of these.
  private boolean mayEnd(Stretch<P> page, boolean settled) {
    if (page.begin() != null) {
      return true;
    }
    for (int log = 0; log < topics.size(); log++) {
      Position end = replaySource.part(page.end(), log);
      if (end != null
          && !requestContext
              .pendingReplies()
              .isSettled(topics.get(log), requestContext.pendingReplies().given())
          && !reaches(requestContext.connection().handed(watched().get(log)), end)
          && !reaches(settled ? replaySource.part(sure, log) : null, end)) {
        return false;
      }
    }
    return true;
  }

  private static boolean reaches(@Nullable Position known, Position end) {
    return known != null && known.term() == end.term() && known.offset() >= end.offset();
  }

  private boolean isSettled(long draft) {
    return topics.stream()
        .allMatch(topic -> requestContext.pendingReplies().isSettled(topic, draft));
  }

  /// How many entries of `page` there are before the first of one log that may not be shown.
  private int showable(Stretch<P> page, int log, boolean settled) {
    Position handed = requestContext.connection().handed(watched().get(log));
    Position known = settled ? replaySource.part(sure, log) : null;
    int last =
        Math.max(
            handed == null ? -1 : lastUpTo(handed, page, log),
            known == null ? -1 : lastUpTo(known, page, log));
    for (int i = last + 1; i < page.items().size(); i++) {
      if (page.items().get(i).publication().topic().equals(topics.get(log))) {
        return i;
      }
    }
    return page.items().size();
  }

  /// The index of the last entry of one log up to `place`, or of the last before it that is of the
  /// same term: only what is of one term is known to be of one log. -1 if there is none.
  private int lastUpTo(Position place, Stretch<P> page, int log) {
    for (int i = page.items().size() - 1; i >= 0; i--) {
      Publication publication = page.items().get(i).publication();
      Position position = RoomReplaySource.placeOf(publication);
      if (publication.topic().equals(topics.get(log))
          && position.term() == place.term()
          && position.offset() <= place.offset()) {
        return i;
      }
    }
    return -1;
  }

  /// Begins to be delivered what comes after `part`, if nothing lies between: in all logs, or in
  /// none.
  private boolean goLive(Part<P> part) {
    Connection connection = requestContext.connection();
    List<Subscription> watched = watched();
    for (int log = 0; log < watched.size(); log++) {
      Position end = replaySource.part(part.page().end(), log);
      if (end == null
          || !isComplete(part, end, connection.handed(watched.get(log)))
          || !connection.mayActivate(watched.get(log), end.offset())) {
        return false;
      }
    }
    for (int log = 0; log < watched.size(); log++) {
      Position end = replaySource.part(part.page().end(), log);
      if (end != null) {
        connection.activate(watched.get(log), end.offset());
      }
    }
    return true;
  }

  private boolean isComplete(Part<P> part, Position end, @Nullable Position handed) {
    return (!part.cut() && !part.page().more())
        || (handed != null && end.term() == handed.term() && end.offset() >= handed.offset());
  }

  /// Has something read, within the budget of pages.
  private <T extends @Nullable Object> void read(Supplier<T> what, Consumer<T> then) {
    int number = ++reads;
    reading = number;
    requestContext
        .parts()
        .pages()
        .take(
            requestContext.client(),
            () -> requestContext.connection().executeAnyway(() -> ask(number, what, then)));
  }

  private <T extends @Nullable Object> void ask(int number, Supplier<T> what, Consumer<T> then) {
    PageBudget pages = requestContext.parts().pages();
    if (over || reading != number) {
      pages.giveBack();
      return;
    }
    requestContext
        .readQueue()
        .page(
            what,
            found -> {
              if (!over && reading == number) {
                reading = 0;
                then.accept(found);
              }
            },
            failure -> {
              if (!over && reading == number) {
                readFailed(failure);
              }
            },
            pages::giveBack);
  }

  /// A replay that fails begins anew with the newest, once; what fails at that is refused.
  private void readFailed(RuntimeException failure) {
    reading = 0;
    if (looking) {
      fail(failure);
    } else {
      requestContext.parts().troubles().met(failure);
      startOver();
    }
  }

  private void fail(RuntimeException failure) {
    if (!over) {
      requestContext.parts().troubles().met(failure);
      refuse(ErrorCode.UNAVAILABLE);
    }
  }

  private void refuse(ErrorCode code) {
    cancel();
    replaySource.refuse(told ? null : wish.ref, code);
    joinedRooms.next();
  }

  private void finish() {
    over = true;
    joinedRooms.next();
  }

  private List<Subscription> watched() {
    return Objects.requireNonNull(subscriptions, "a subscription precedes the reading");
  }

  /// Half of the send queue at most, so that what comes meanwhile finds room.
  private int pageBytes() {
    return Math.min(
        PageBudget.PAGE_BYTES, requestContext.connection().limits().sendQueueBytes() / 2);
  }
}
