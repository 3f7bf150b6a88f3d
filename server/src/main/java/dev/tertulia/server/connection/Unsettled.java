package dev.tertulia.server.connection;

import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.Entry;
import dev.tertulia.server.topic.Log.Page;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What one connection has given to the journal and has had no outcome of, by topic. Owned by the
/// connection's loop.
///
/// The log may show an entry before the outcome has come to this loop. So that nobody sees his own
/// entry before its `ok`, a page that is read then ends before it.
final class Unsettled {
  private final Map<TopicName, Pending> byTopic = new HashMap<>(2);
  private long tickets;

  /// The drafts for one topic. Their outcomes come in their order.
  private static final class Pending {
    private final ArrayDeque<Long> tickets = new ArrayDeque<>(2);

    /// The last offset that was told of.
    private long settled;
  }

  /// A page, or the part of it that may be shown.
  ///
  /// @param cut whether there is more in it
  record Part(Page page, boolean cut) {}

  /// A draft goes to the journal.
  void appended(TopicName topic) {
    byTopic.computeIfAbsent(topic, name -> new Pending()).tickets.add(++tickets);
  }

  /// The journal did not take the last one.
  void withdrawn(TopicName topic) {
    Pending pending = byTopic.get(topic);
    if (pending != null) {
      pending.tickets.pollLast();
      forgetIfSettled(topic, pending);
    }
  }

  /// The outcome of the oldest one has come.
  void settled(TopicName topic, Outcome outcome) {
    Pending pending = byTopic.get(topic);
    if (pending != null) {
      pending.tickets.poll();
      if (outcome instanceof Outcome.Stored stored && stored.position() != null) {
        pending.settled = Math.max(pending.settled, stored.position().offset());
      }
      forgetIfSettled(topic, pending);
    }
  }

  /// The number of the newest draft.
  long newest() {
    return tickets;
  }

  /// Whether there are none for `topic` up to the number `ticket`.
  boolean isSettled(TopicName topic, long ticket) {
    Pending pending = byTopic.get(topic);
    return pending == null || pending.tickets.element() > ticket;
  }

  /// The part of `page` before the first entry of `client` that may have had no outcome.
  ///
  /// @param after where the page was asked to begin
  Part shown(TopicName topic, ClientId client, Page page, Position after) {
    Pending pending = byTopic.get(topic);
    if (pending == null) {
      return new Part(page, false);
    }
    List<Publication> entries = page.entries();
    Position end = after;
    for (int i = 0; i < entries.size(); i++) {
      Publication publication = entries.get(i);
      if (publication.entry() instanceof Entry.Kept kept
          && kept.client().equals(client)
          && publication.head() > pending.settled) {
        return new Part(new Page(entries.subList(0, i), end, page.head()), true);
      }
      if (publication.position() != null) {
        end = publication.position();
      }
    }
    return new Part(page, false);
  }

  private void forgetIfSettled(TopicName topic, Pending pending) {
    if (pending.tickets.isEmpty()) {
      byTopic.remove(topic);
    }
  }
}
