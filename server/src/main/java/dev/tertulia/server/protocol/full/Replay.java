package dev.tertulia.server.protocol.full;

import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.notification.InboxLog.Item;
import dev.tertulia.server.protocol.Received.Ref;
import dev.tertulia.server.protocol.full.ReplaySource.Page;
import dev.tertulia.server.protocol.full.ReplayWatch.Part;
import dev.tertulia.server.topic.LogException;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
/// has already been handed over, more must be read first. What of a page may be shown, and when
/// live delivery may begin, is decided by [ReplayWatch].
///
/// # Failure
///
/// If the log does not reach back to the client's position, or can't be read, the client gets the
/// newest entries and is told so, even in the middle of a replay. A failure while these are read
/// refuses the request.
///
/// @param <P> a position in the source
final class Replay<P> {
  /// The delay before another attempt if the log does not yet contain what was handed over.
  private static final Duration SOON = Duration.ofMillis(10);

  /// What the replay does next.
  ///
  /// A state that reads or pauses is `busy`, and goes on by itself. The result of a read belongs to
  /// the state that asked for it, and is dropped if another one has followed.
  private sealed interface State<P> {
    /// It is decided whether the client may join.
    record Admission<P>() implements State<P> {}

    /// The next page is the reply.
    final class FirstPage<P> implements State<P> {
      private final ReplayWatch<P> watch;
      private boolean busy;

      FirstPage(ReplayWatch<P> watch) {
        this.watch = watch;
      }
    }

    /// The reply has been sent; more pages follow.
    final class MorePages<P> implements State<P> {
      private final ReplayWatch<P> watch;

      /// The position of the client.
      private P at;

      private boolean busy;

      MorePages(ReplayWatch<P> watch, P at) {
        this.watch = watch;
        this.at = at;
      }
    }

    /// Delivery is live, or the client was refused, or has left.
    record Ended<P>() implements State<P> {}
  }

  private final RequestContext requestContext;
  private final JoinedRooms joinedRooms;
  private final JoinRequest request;
  private final ReplaySource<P> source;
  private State<P> state = new State.Admission<>();

  /// Whether the client has its reply. It stays true if the replay starts over.
  private boolean replied;

  /// Whether entries are missing from what the client was sent.
  private boolean lost;

  Replay(
      RequestContext requestContext,
      JoinedRooms joinedRooms,
      JoinRequest request,
      ReplaySource<P> source) {
    this.requestContext = requestContext;
    this.joinedRooms = joinedRooms;
    this.request = request;
    this.source = source;
  }

  /// What was read for the reply.
  ///
  /// @param after the position after which `page` begins; `null` for the newest entries
  private record Found<P>(Page<P> page, @Nullable P after, boolean recovered) {}

  JoinRequest request() {
    return request;
  }

  /// Whether the reply has been sent.
  boolean isReplied() {
    return replied || state instanceof State.Ended;
  }

  /// Checks whether the client may join, and continues.
  void begin() {
    source.admit(
        () -> {
          if (state instanceof State.Admission) {
            watch();
          }
        },
        refusal -> {
          if (state instanceof State.Admission) {
            refuse(refusal);
          }
        },
        this::fail);
  }

  /// The socket accepts more, or a draft has been settled.
  void proceed() {
    switch (state) {
      case State.FirstPage<P> first -> {
        if (!first.busy && requestContext.connection().takesMore()) {
          look(first);
        }
      }
      case State.MorePages<P> more -> {
        if (!more.busy && requestContext.connection().takesMore()) {
          replay(more);
        }
      }
      case State.Admission<P> admission -> {}
      case State.Ended<P> ended -> {}
    }
  }

  /// The log has lost its end.
  void rolledBack() {
    switch (state) {
      case State.FirstPage<P> first -> {
        lost |= replied;
        watch();
      }
      case State.MorePages<P> more -> startOver();
      case State.Admission<P> admission -> {}
      case State.Ended<P> ended -> {}
    }
  }

  /// The client may no longer join, or stay.
  void expelled() {
    if (!(state instanceof State.Ended)) {
      refuse(ErrorCode.FORBIDDEN);
    }
  }

  /// Ends without telling the client.
  void cancel() {
    unwatch();
    state = new State.Ended<>();
  }

  private void unwatch() {
    switch (state) {
      case State.FirstPage<P> first -> first.watch.end();
      case State.MorePages<P> more -> more.watch.end();
      case State.Admission<P> admission -> {}
      case State.Ended<P> ended -> {}
    }
  }

  private void watch() {
    unwatch();
    State.FirstPage<P> first = new State.FirstPage<>(new ReplayWatch<>(requestContext, source));
    state = first;
    look(first);
  }

  /// The client is told that it has not received all entries.
  private void startOver() {
    lost = true;
    watch();
  }

  private void look(State.FirstPage<P> first) {
    P after = lost || request.after() == null ? null : source.parse(request.after());
    if (after == null) {
      boolean recovered = !lost && !request.again() && request.after() == null;
      int limit = recovered && request.limit() != null ? request.limit() : Request.PAGE;
      read(first, () -> newest(limit, recovered));
      return;
    }
    Page<P> page = source.recent(after, Request.MAX_PAGE, pageBytes());
    if (page != null && page.most() <= request.mostMissed()) {
      reply(first, new Found<>(page, after, true));
    } else {
      read(first, () -> since(after));
    }
  }

  /// On a reader thread.
  private Found<P> since(P after) {
    int most = request.mostMissed();
    try {
      Page<P> page = source.since(after, Request.MAX_PAGE, pageBytes());
      if (page != null
          && (page.most() <= most || (page.more() && source.countSince(after, most + 1) <= most))) {
        return new Found<>(page, after, true);
      }
    } catch (LogException e) {
      requestContext.parts().server().readFaultLog().met(e);
    }
    return newest(Request.PAGE, false);
  }

  /// On a reader thread.
  private Found<P> newest(int limit, boolean recovered) {
    return new Found<>(source.newest(limit, pageBytes()), null, recovered);
  }

  private void reply(State.FirstPage<P> first, Found<P> found) {
    ReplayWatch<P> watch = first.watch;
    P start = found.after == null ? source.start() : found.after;
    Part<P> part = watch.shown(found.page, start);
    List<byte[]> messages = new ArrayList<>(part.page().items().size());
    P end = watch.begin(part.page(), start);
    int taken = 0;
    int bytes = 0;
    for (Item item : part.page().items()) {
      if (bytes >= pageBytes()) {
        break;
      }
      taken++;
      if (!isRevoked(item)) {
        byte[] message = json(item);
        bytes += message.length;
        messages.add(message);
      }
      end = watch.after(part.page(), end, item);
    }
    if (found.after == null && part.cut() && messages.isEmpty()) {
      return; // No position to begin at is known; an outcome arrives soon.
    }
    if (!requestContext.connection().takesMore()
        && !requestContext.connection().hasRoomFor(bytes)) {
      return; // It is read again when the socket accepts more.
    }
    boolean all = taken == part.page().items().size();
    if (all) {
      end = part.page().end();
    }
    boolean live = all && watch.goLive(part);
    Ref ref = replied ? null : request.ref();
    replied = true;
    state = new State.MorePages<>(watch, end);
    source.arrive(ref, watch.subscriptions(), found.recovered, end, messages, !live);
    source.meters().replied(found.recovered, messages.size());
    source.sent(
        found.after == null ? null : watch.begin(part.page(), start),
        end,
        part.page().items().subList(0, taken));
    if (live) {
      finish();
    } else {
      requestContext.connection().execute(this::proceed);
    }
  }

  /// A revoked notification is skipped: a client that was away never sees it.
  private static boolean isRevoked(Item item) {
    return item.publication().entry() instanceof Entry.Notification notification
        && notification.revoked();
  }

  private byte[] json(Item item) {
    return requestContext.parts().writer().encode(item.publication(), item.read());
  }

  private void replay(State.MorePages<P> more) {
    int bytes = Math.min(pageBytes(), Math.max(1, requestContext.connection().takes()));
    P from = more.at;
    Page<P> page = source.recent(from, Request.MAX_PAGE, bytes);
    if (page == null) {
      read(more, () -> source.since(from, Request.MAX_PAGE, bytes));
    } else {
      send(more, page);
    }
  }

  /// @param page `null` if the log does not reach back to the client's position
  private void send(State.MorePages<P> more, @Nullable Page<P> page) {
    if (page == null) {
      startOver();
      return;
    }
    ReplayWatch<P> watch = more.watch;
    P before = watch.begin(page, more.at);
    P at = before;
    Part<P> part = watch.shown(page, at);
    boolean all = true;
    int sent = 0;
    for (Item item : part.page().items()) {
      if (!requestContext.connection().takesMore()) {
        all = false;
        break;
      }
      ByteBuf frame = frame(item);
      if (frame != null) {
        requestContext.connection().reply(frame);
        sent++;
      }
      at = watch.after(page, at, item);
    }
    if (all) {
      at = part.page().end();
    }
    source.meters().sent(sent);
    more.at = at;
    source.sent(before, at, part.page().items());
    if (all && watch.goLive(part)) {
      source.caughtUp(at);
      finish();
    } else if (!all || !at.equals(before)) {
      requestContext.connection().execute(this::proceed);
    } else if (!part.cut()) {
      pause(more);
    }
  }

  private void pause(State.MorePages<P> more) {
    more.busy = true;
    requestContext
        .connection()
        .after(
            SOON,
            () -> {
              more.busy = false;
              proceed();
            });
  }

  private @Nullable ByteBuf frame(Item item) {
    if (isRevoked(item)) {
      return null;
    }
    return item.read()
        ? requestContext.format().frame(json(item))
        : requestContext.format().encode(item.publication());
  }

  private void read(State.FirstPage<P> first, Supplier<Found<P>> what) {
    first.busy = true;
    read(
        first,
        what,
        found -> {
          first.busy = false;
          reply(first, found);
        },
        this::fail);
  }

  private void read(State.MorePages<P> more, Supplier<@Nullable Page<P>> what) {
    more.busy = true;
    read(
        more,
        what,
        page -> {
          more.busy = false;
          send(more, page);
        },
        failure -> {
          requestContext.parts().server().readFaultLog().met(failure);
          startOver();
        });
  }

  /// Reads within the budget of pages. Nothing is called if `asking` is no longer the state.
  private <T extends @Nullable Object> void read(
      State<P> asking, Supplier<T> what, Consumer<T> then, Consumer<RuntimeException> failed) {
    requestContext
        .parts()
        .pages()
        .take(
            requestContext.client(),
            () -> requestContext.connection().executeAnyway(() -> ask(asking, what, then, failed)));
  }

  private <T extends @Nullable Object> void ask(
      State<P> asking, Supplier<T> what, Consumer<T> then, Consumer<RuntimeException> failed) {
    PageBudget pages = requestContext.parts().pages();
    if (!isState(asking)) {
      pages.giveBack();
      return;
    }
    requestContext
        .readQueue()
        .page(
            what,
            found -> {
              if (isState(asking)) {
                then.accept(found);
              }
            },
            failure -> {
              if (isState(asking)) {
                failed.accept(failure);
              }
            },
            pages::giveBack);
  }

  @SuppressWarnings("ReferenceEquality") // It is this very state, or a later one.
  private boolean isState(State<P> asking) {
    return state == asking;
  }

  private void fail(RuntimeException failure) {
    if (!(state instanceof State.Ended)) {
      requestContext.parts().server().readFaultLog().met(failure);
      refuse(ErrorCode.UNAVAILABLE);
    }
  }

  private void refuse(ErrorCode code) {
    refuse(Refusal.of(code, requestContext.parts().server().language()));
  }

  private void refuse(Refusal refusal) {
    cancel();
    source.refuse(replied ? null : request.ref(), refusal);
    joinedRooms.next();
  }

  private void finish() {
    state = new State.Ended<>();
    joinedRooms.next();
  }

  /// At most half of the send queue, so that there is room for what arrives meanwhile.
  private int pageBytes() {
    return Math.min(
        PageBudget.PAGE_BYTES, requestContext.connection().limits().sendQueueBytes() / 2);
  }
}
