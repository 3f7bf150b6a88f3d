package dev.tertulia.server.protocol.full;

import dev.tertulia.server.connection.Connection;
import dev.tertulia.server.notification.InboxLog.Item;
import dev.tertulia.server.protocol.full.ReplaySource.Page;
import dev.tertulia.server.protocol.full.RequestContext.PendingReplies;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.Subscription;
import dev.tertulia.server.topic.TopicName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The watching subscriptions of a [Replay] to the topics of its source: how much of a page from
/// the log may be shown, and when live delivery may take over. Owned by the connection's loop.
///
/// The log may contain an entry of the connection itself before the loop knows its outcome. While
/// the connection waits for an `ok`, a page is shown only up to what has been handed to this loop,
/// because all replies up to there have been sent; or up to its end, once all requests made before
/// the page was read have been answered.
///
/// @param <P> a position in the source
final class ReplayWatch<P> {
  /// A page, or the part of it that may be shown.
  ///
  /// @param cut whether the page has more than that
  record Part<P>(Page<P> page, boolean cut) {}

  private final RequestContext requestContext;
  private final ReplaySource<P> source;
  private final List<TopicName> topics;
  private final List<Subscription> subscriptions;

  /// The log may be shown up to here once the drafts of this connection up to the number `settling`
  /// are settled.
  private P sure;

  private long settling;

  /// Subscribes: the loop receives everything that is stored from now on.
  ReplayWatch(RequestContext requestContext, ReplaySource<P> source) {
    this.requestContext = requestContext;
    this.source = source;
    topics = source.topics();
    subscriptions = source.watch();
    sure = source.start();
  }

  /// One for each topic of the source, in its order.
  List<Subscription> subscriptions() {
    return subscriptions;
  }

  /// Ends the subscriptions.
  void end() {
    subscriptions.forEach(requestContext.connection()::unsubscribe);
  }

  /// The position at which `page` begins, which was read from `asked` on.
  P begin(Page<P> page, P asked) {
    return page.begin() == null ? asked : page.begin();
  }

  /// The position after `item` of `page`, for a client that was at `before`.
  P after(Page<P> page, P before, Item item) {
    return page.begin() == null ? source.at(item) : source.after(before, item);
  }

  /// The part of `page` before the first entry of this connection that waits for its outcome.
  ///
  /// @param start the position from which the page was read
  Part<P> shown(Page<P> page, P start) {
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
    return new Part<>(new Page<>(clear, page.begin(), end, true, page.most()), true);
  }

  /// Whether a page may be said to end where it does. A page of the newest entries may end with
  /// entries that are not shown because they have no remaining effect; an entry of this connection
  /// that waits for its outcome may be one of these.
  private boolean mayEnd(Page<P> page, boolean settled) {
    if (page.begin() != null) {
      return true;
    }
    PendingReplies pendingReplies = requestContext.pendingReplies();
    for (int log = 0; log < topics.size(); log++) {
      Position end = source.part(page.end(), log);
      if (end != null
          && !pendingReplies.isSettled(topics.get(log), pendingReplies.given())
          && !reaches(handed(log), end)
          && !reaches(settled ? source.part(sure, log) : null, end)) {
        return false;
      }
    }
    return true;
  }

  private boolean isSettled(long draft) {
    return topics.stream()
        .allMatch(topic -> requestContext.pendingReplies().isSettled(topic, draft));
  }

  /// The number of entries of `page` before the first one of a log that may not be shown.
  private int showable(Page<P> page, int log, boolean settled) {
    Position handed = handed(log);
    Position known = settled ? source.part(sure, log) : null;
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

  /// The index of the last entry of a log up to `position`, within the same term: only entries of
  /// one term are known to belong to one log. -1 if there is none.
  private int lastUpTo(Position position, Page<P> page, int log) {
    for (int i = page.items().size() - 1; i >= 0; i--) {
      Publication publication = page.items().get(i).publication();
      Position of = publication.storedPosition();
      if (publication.topic().equals(topics.get(log))
          && of.term() == position.term()
          && of.offset() <= position.offset()) {
        return i;
      }
    }
    return -1;
  }

  /// Starts the live delivery of what follows `part`, if nothing lies between: for all logs, or for
  /// none.
  ///
  /// @return `false` if more must be read first
  boolean goLive(Part<P> part) {
    Connection connection = requestContext.connection();
    for (int log = 0; log < subscriptions.size(); log++) {
      Position end = source.part(part.page().end(), log);
      if (end == null
          || !isComplete(part, end, handed(log))
          || !connection.mayActivate(subscriptions.get(log), end.offset())) {
        return false;
      }
    }
    for (int log = 0; log < subscriptions.size(); log++) {
      Position end = source.part(part.page().end(), log);
      if (end != null) {
        connection.activate(subscriptions.get(log), end.offset());
      }
    }
    return true;
  }

  private boolean isComplete(Part<P> part, Position end, @Nullable Position handed) {
    return (!part.cut() && !part.page().more()) || reaches(end, handed);
  }

  private @Nullable Position handed(int log) {
    return requestContext.connection().handed(subscriptions.get(log));
  }

  /// Whether `known` is at `other` or after it, in the same log.
  private static boolean reaches(@Nullable Position known, @Nullable Position other) {
    return known != null
        && other != null
        && known.term() == other.term()
        && known.offset() >= other.offset();
  }
}
