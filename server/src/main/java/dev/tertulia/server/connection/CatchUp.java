package dev.tertulia.server.connection;

import dev.tertulia.server.auth.Access.Action;
import dev.tertulia.server.protocol.ErrorCode;
import dev.tertulia.server.protocol.Ref;
import dev.tertulia.server.protocol.Reply;
import dev.tertulia.server.protocol.Request;
import dev.tertulia.server.protocol.RoomName;
import dev.tertulia.server.topic.Log;
import dev.tertulia.server.topic.Log.Page;
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

/// One connection's coming into one room: from the request to the moment from which it is delivered
/// what others say. Owned by the connection's loop.
///
/// First the loop begins to watch the topic, so that what is stored from now on comes to it. Then
/// the log is read, from memory at once, or by a reader. The first page is the reply; the following
/// ones go out as the socket takes them, and no page is larger than that, so that nothing is held
/// for a client that takes nothing. When the log was read to its end, or at least up to what has
/// been handed to this loop, live begins behind that: at the first delivery past it. If such a one
/// has been handed over meanwhile, there is more to read first.
///
/// The log may show what the client itself has just said before the loop knows of it. As long as
/// the client waits for an `ok`, a page is shown up to what has been handed to this loop, since all
/// replies to that have been sent; or up to where a page ended when it was read, once all that was
/// said until then has had its reply.
///
/// Should the log not reach back to where the client is, or not be readable, then the client gets
/// the newest entries and is told so, also in the midst of it.
final class CatchUp {
  /// After so long it is tried again, should the log not show yet what it has handed over.
  private static final Duration SOON = Duration.ofMillis(10);

  private final Talk talk;
  private final Attendance attendance;
  private final Wish wish;
  private final TopicName topic;
  private @Nullable Subscription subscription;

  /// The last entry that the client has.
  private Position at = Position.START;

  private boolean told;

  /// Up to here the log may be shown when this connection's drafts up to the number `settling` are
  /// settled.
  private Position sure = Position.START;

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

  CatchUp(Talk talk, Attendance attendance, Wish wish) {
    this.talk = talk;
    this.attendance = attendance;
    this.wish = wish;
    topic = TopicName.room(wish.room);
  }

  /// Where a client wants to come.
  ///
  /// @param after where it is already, as text; `null` for nowhere
  /// @param limit with `after` how many entries may have been missed, without how many of the
  ///   newest
  /// @param again it was there, and something went wrong: not asked for
  record Wish(
      @Nullable Ref ref,
      RoomName room,
      @Nullable String after,
      @Nullable Integer limit,
      boolean again) {
    static Wish of(@Nullable Ref ref, Request.Join join) {
      return new Wish(ref, join.room(), join.after(), join.limit(), false);
    }

    static Wish of(Request.Resume resume) {
      return new Wish(null, resume.room(), resume.after(), null, false);
    }

    static Wish again(RoomName room) {
      return new Wish(null, room, null, null, true);
    }
  }

  /// What the reply begins with.
  ///
  /// @param after where `page` begins; `null` if it was asked for the newest
  private record First(Page page, @Nullable Position after, boolean recovered) {}

  /// A page, or the part of it that may be shown.
  ///
  /// @param cut whether there is more in it
  private record Part(Page page, boolean cut) {}

  Wish wish() {
    return wish;
  }

  /// Whether the reply has been sent.
  boolean isTold() {
    return told || over;
  }

  /// Asks whether the client may, and goes on.
  void begin() {
    if (wish.again) {
      watch();
      return;
    }
    switch (talk.parts().access().of(talk.client(), wish.room, Action.JOIN)) {
      case ALLOWED -> watch();
      case FORBIDDEN -> refuse(ErrorCode.FORBIDDEN);
      case MEMBERS_ONLY ->
          talk.errands()
              .page(
                  () -> talk.parts().roomLog().isMember(wish.room, talk.client()),
                  this::admit,
                  this::fail,
                  () -> {});
    }
  }

  /// The socket takes more, or something has been settled.
  void proceed() {
    if (!over && !resting && reading == 0 && subscription != null) {
      if (!talk.connection().takesMore()) {
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
    if (over || subscription == null) {
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
    if (subscription != null) {
      talk.connection().unsubscribe(subscription);
    }
  }

  private void admit(boolean member) {
    if (over) {
      return;
    }
    if (member) {
      watch();
    } else {
      refuse(ErrorCode.FORBIDDEN);
    }
  }

  private void watch() {
    if (subscription != null) {
      talk.connection().unsubscribe(subscription);
    }
    subscription = attendance.watch(wish.room);
    sure = Position.START;
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
    Position after = lost || wish.after == null ? null : Position.parse(wish.after);
    if (after == null) {
      boolean recovered = !lost && !wish.again && wish.after == null;
      int limit = recovered && wish.limit != null ? wish.limit : Request.PAGE;
      read(() -> newest(limit, recovered), this::tell);
      return;
    }
    Page page = log().recent(topic, after, Request.MAX_PAGE, pageBytes());
    if (page != null && isWithinLimit(page, after)) {
      tell(new First(page, after, true));
    } else {
      read(() -> since(after), this::tell);
    }
  }

  /// On a reader's thread.
  private First since(Position after) {
    try {
      Page page = log().since(topic, after, Request.MAX_PAGE, pageBytes());
      if (page != null
          && (isWithinLimit(page, after)
              || (page.more()
                  && log().countSince(topic, after.offset(), limit() + 1) <= limit()))) {
        return new First(page, after, true);
      }
    } catch (LogException e) {
      talk.parts().troubles().met(e);
    }
    return newest(Request.PAGE, false);
  }

  /// On a reader's thread.
  private First newest(int limit, boolean recovered) {
    return new First(log().newest(topic, limit, pageBytes()), null, recovered);
  }

  private int limit() {
    return wish.limit == null ? Request.MAX_MISSED : wish.limit;
  }

  /// Whether the page shows by itself that no more than the limit was missed.
  private boolean isWithinLimit(Page page, Position after) {
    return page.more() ? page.head() - after.offset() <= limit() : page.entries().size() <= limit();
  }

  private void tell(First first) {
    Position start = first.after == null ? Position.START : first.after;
    Part part = shown(first.page, start);
    List<byte[]> messages = new ArrayList<>(part.page().entries().size());
    Position end = start;
    int bytes = 0;
    for (Publication publication : part.page().entries()) {
      if (bytes >= pageBytes()) {
        break;
      }
      byte[] message = publication.inFull(talk.parts().writer());
      bytes += message.length;
      messages.add(message);
      end = placeOf(publication);
    }
    if (first.after == null && part.cut() && messages.isEmpty()) {
      return; // Nothing is known to begin from: an outcome comes soon.
    }
    if (!talk.connection().takesMore() && !talk.connection().hasRoomFor(bytes)) {
      return; // It is read again when the socket takes more.
    }
    boolean all = messages.size() == part.page().entries().size();
    if (all) {
      end = part.page().end();
    }
    boolean live = all && goLive(part);
    Ref ref = told ? null : wish.ref;
    told = true;
    looking = false;
    at = end;
    int count = attendance.enter(wish.room, watched());
    talk.reply(
        ref, new Reply.Joined(wish.room, first.recovered, end.toString(), messages, !live, count));
    if (live) {
      finish();
    } else {
      talk.connection().execute(this::proceed);
    }
  }

  private void replay() {
    int bytes = Math.min(pageBytes(), Math.max(1, talk.connection().takes()));
    Position from = at;
    Page page = log().recent(topic, from, Request.MAX_PAGE, bytes);
    if (page == null) {
      read(() -> log().since(topic, from, Request.MAX_PAGE, bytes), this::send);
    } else {
      send(page);
    }
  }

  /// @param page `null` if the log does not reach back to where the client is
  private void send(@Nullable Page page) {
    if (page == null) {
      startOver();
      return;
    }
    Part part = shown(page, at);
    Position before = at;
    boolean all = true;
    for (Publication publication : part.page().entries()) {
      if (!talk.connection().takesMore()) {
        all = false;
        break;
      }
      ByteBuf frame = talk.format().encode(publication);
      if (frame != null) {
        talk.connection().reply(frame);
      }
      at = placeOf(publication);
    }
    if (all) {
      at = part.page().end();
    }
    if (all && goLive(part)) {
      talk.reply(null, new Reply.CaughtUp(wish.room, at.toString()));
      finish();
    } else if (!all || !at.equals(before)) {
      talk.connection().execute(this::proceed);
    } else if (!part.cut()) {
      resting = true;
      talk.connection()
          .after(
              SOON,
              () -> {
                resting = false;
                proceed();
              });
    }
  }

  /// The part of `page` in which no entry is this connection's own that waits for its outcome.
  ///
  /// @param after where the page was asked to begin
  private Part shown(Page page, Position after) {
    Unsettled unsettled = talk.unsettled();
    if (unsettled.isSettled(topic, unsettled.given())) {
      return new Part(page, false);
    }
    Position handed = talk.connection().handed(watched());
    boolean settled = unsettled.isSettled(topic, settling);
    int count = handed == null ? 0 : countUpTo(handed, page);
    if (settled) {
      count = Math.max(count, countUpTo(sure, page));
    }
    if (count == page.entries().size()) {
      return new Part(page, false);
    }
    if (settled) {
      sure = page.end();
      settling = unsettled.given();
    }
    List<Publication> clear = page.entries().subList(0, count);
    Position end = clear.isEmpty() ? after : placeOf(clear.getLast());
    return new Part(new Page(clear, end, page.head()), true);
  }

  /// How many entries there are in `page` up to `place`, or up to the last before it that is of the
  /// same term: only what is of one term is known to be of one log.
  private static int countUpTo(Position place, Page page) {
    List<Publication> entries = page.entries();
    for (int count = entries.size(); count > 0; count--) {
      Position last = placeOf(entries.get(count - 1));
      if (last.term() == place.term() && last.offset() <= place.offset()) {
        return count;
      }
    }
    return 0;
  }

  /// Begins to be delivered what comes after `part`, if nothing lies between.
  private boolean goLive(Part part) {
    Position end = part.page().end();
    Position handed = talk.connection().handed(watched());
    boolean complete =
        (!part.cut() && !part.page().more())
            || (handed != null && end.term() == handed.term() && end.offset() >= handed.offset());
    return complete && talk.connection().activate(watched(), end.offset());
  }

  /// Has something read, within the budget of pages.
  private <T extends @Nullable Object> void read(Supplier<T> what, Consumer<T> then) {
    int number = ++reads;
    reading = number;
    talk.parts().pages().take(() -> talk.connection().executeAnyway(() -> ask(number, what, then)));
  }

  private <T extends @Nullable Object> void ask(int number, Supplier<T> what, Consumer<T> then) {
    PageBudget pages = talk.parts().pages();
    if (over || reading != number) {
      pages.giveBack();
      return;
    }
    talk.errands()
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
      talk.parts().troubles().met(failure);
      startOver();
    }
  }

  private void fail(RuntimeException failure) {
    if (!over) {
      talk.parts().troubles().met(failure);
      refuse(ErrorCode.UNAVAILABLE);
    }
  }

  private void refuse(ErrorCode code) {
    talk.refuse(told ? null : wish.ref, wish.room, code);
    cancel();
    attendance.leaveNow(wish.room);
    attendance.next();
  }

  private void finish() {
    over = true;
    attendance.next();
  }

  private static Position placeOf(Publication publication) {
    return Objects.requireNonNull(publication.position(), "an entry of the log has a place");
  }

  private Subscription watched() {
    return Objects.requireNonNull(subscription, "it watches before it reads");
  }

  private Log log() {
    return talk.parts().log();
  }

  /// Half of the send queue at most, so that what comes meanwhile finds room.
  private int pageBytes() {
    return Math.min(PageBudget.PAGE_BYTES, talk.connection().limits().sendQueueBytes() / 2);
  }
}
