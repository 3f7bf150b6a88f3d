package dev.tertulia.server.cluster;

import dev.tertulia.server.model.Entry;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// Puts the two logs of each inbox into their one order, which is that of all nodes and of every
/// replay: an entry of a client's own log comes after the broadcasts up to the offset that is
/// stored in it, and before all later ones. Each log by itself is in order before.
///
/// An entry waits for the broadcasts before it, which are known by that offset. Nothing in a
/// broadcast says which entries come before it, but the writers see to it that they are committed
/// before it is. So a broadcast waits until all that was committed when it came has come: the
/// batches of all writers are read, and the inboxes that these have changed are waited for.
///
/// A client that has seen a broadcast, and goes on after it on another node, would otherwise miss
/// the entries before it that it has not seen.
///
/// # Concurrency
///
/// Guarded by the [OrderedDelivery] that hands over to it, but for [#forget].
///
/// # Bounds
///
/// What waits is counted; beyond [#MOST_WAITING] the broadcasts start over, and what waits for them
/// waits no longer.
final class InboxOrder implements OrderedDelivery.Target {
  /// The most entries that wait.
  static final int MOST_WAITING = 20_000;

  /// Where the logs are, before they are put in order here.
  interface Logs {
    /// The offset of the last broadcast that has come; [Long#MAX_VALUE] if they are not followed.
    long broadcasts();

    /// There is a broadcast at `offset`.
    void know(long offset);

    /// The inboxes of which something is committed that has not come, and up to which offset.
    Map<TopicName, Long> awaited();

    /// Whether everything of an inbox has come up to an offset, or nobody waits for it.
    boolean hasCome(TopicName inbox, long offset);
  }

  private final Logs logs;
  private final OrderedDelivery.Target next;

  /// Has the batches of all writers read, and calls [#caughtUp] with the number.
  private final LongConsumer catchUp;

  /// Broadcasts that wait, in order.
  private final Deque<Publication> broadcasts = new ArrayDeque<>(0);

  /// Entries of inboxes that wait, by the offset of the broadcast that they wait for, each in the
  /// order in which they came.
  private final TreeMap<Long, Queue<Publication>> entries = new TreeMap<>();

  /// For which broadcast the last one of each inbox waits that has some waiting.
  private final Map<TopicName, Long> last = new HashMap<>(0);

  private int waiting;

  /// Up to which broadcast everything before has come.
  private long cleared;

  /// Up to which broadcast it is being waited for; 0 for none.
  private long clearing;

  /// What is still waited for then; `null` until the batches have been read.
  private @Nullable Map<TopicName, Long> awaited;

  /// @param next receives what is in order
  /// @param catchUp has the batches of all writers read that are committed, and then calls
  ///   [#caughtUp] with its parameter; must not wait
  InboxOrder(Logs logs, OrderedDelivery.Target next, LongConsumer catchUp) {
    this.logs = logs;
    this.next = next;
    this.catchUp = catchUp;
  }

  @Override
  public void deliver(List<Publication> publications) {
    List<Publication> ready = new ArrayList<>(publications.size());
    for (Publication publication : publications) {
      if (isBroadcast(publication)) {
        broadcasts.add(publication);
        waiting++;
      }
    }
    for (Publication publication : publications) {
      if (isBroadcast(publication)) {
        continue;
      }
      if (publication.topic().kind() == TopicName.Kind.INBOX && publication.position() != null) {
        take(publication, ready);
      } else {
        ready.add(publication);
      }
    }
    proceed(ready);
  }

  private static boolean isBroadcast(Publication publication) {
    return publication.topic().equals(TopicName.BROADCASTS) && publication.position() != null;
  }

  private void take(Publication entry, List<Publication> ready) {
    long before = entry.entry() instanceof Entry.Inboxed inboxed ? inboxed.broadcasts() : 0;
    Long lastOfInbox = last.get(entry.topic());
    long key = lastOfInbox == null ? before : Math.max(before, lastOfInbox);
    if (key <= delivered()) {
      ready.add(entry);
      return;
    }
    entries.computeIfAbsent(key, offset -> new ArrayDeque<>()).add(entry);
    last.put(entry.topic(), key);
    waiting++;
    if (key > logs.broadcasts()) {
      logs.know(key);
    }
  }

  /// The offset of the last broadcast that was delivered.
  private long delivered() {
    Publication first = broadcasts.peek();
    return first == null ? logs.broadcasts() : first.storedPosition().offset() - 1;
  }

  private void proceed(List<Publication> ready) {
    release(ready);
    if (awaited != null) {
      awaited.entrySet().removeIf(each -> logs.hasCome(each.getKey(), each.getValue()));
      if (awaited.isEmpty()) {
        cleared = Math.max(cleared, clearing);
        clearing = 0;
        awaited = null;
        release(ready);
      }
    }
    if (!ready.isEmpty()) {
      next.deliver(ready);
    }
    if (waiting > MOST_WAITING) {
      startOver(TopicName.BROADCASTS);
    }
    Publication newest = broadcasts.peekLast();
    if (newest != null && clearing == 0) {
      clearing = newest.storedPosition().offset();
      catchUp.accept(clearing);
    }
  }

  private void release(List<Publication> ready) {
    while (true) {
      long delivered = delivered();
      while (!entries.isEmpty() && entries.firstKey() <= delivered) {
        Map.Entry<Long, Queue<Publication>> first = entries.pollFirstEntry();
        for (Publication entry : first.getValue()) {
          ready.add(entry);
          last.remove(entry.topic(), first.getKey());
          waiting--;
        }
      }
      Publication broadcast = broadcasts.peek();
      if (broadcast == null || broadcast.storedPosition().offset() > cleared) {
        return;
      }
      ready.add(broadcasts.remove());
      waiting--;
    }
  }

  /// The batches of all writers have been read that were committed when that was asked for.
  void caughtUp(long upTo) {
    if (clearing == upTo && awaited == null) {
      awaited = new HashMap<>(logs.awaited());
      proceed(new ArrayList<>(0));
    }
  }

  /// Looks whether something can be delivered.
  void look() {
    if (waiting > 0) {
      proceed(new ArrayList<>(0));
    }
  }

  @Override
  public void deliverEarly(List<Publication> publications) {
    next.deliverEarly(publications);
  }

  @Override
  public void startOver(TopicName topic) {
    if (topic.equals(TopicName.BROADCASTS)) {
      waiting -= broadcasts.size();
      broadcasts.clear();
      cleared = 0;
      clearing = 0;
      awaited = null;
      entries.values().forEach(queue -> waiting -= queue.size());
      entries.clear();
      // What waited for them has not been delivered: it must be read.
      List<TopicName> inboxes = List.copyOf(last.keySet());
      last.clear();
      inboxes.forEach(next::startOver);
    } else if (last.remove(topic) != null) {
      for (Iterator<Queue<Publication>> all = entries.values().iterator(); all.hasNext(); ) {
        Queue<Publication> queue = all.next();
        int before = queue.size();
        queue.removeIf(entry -> entry.topic().equals(topic));
        waiting -= before - queue.size();
        if (queue.isEmpty()) {
          all.remove();
        }
      }
    }
    next.startOver(topic);
  }

  @Override
  public void forget(TopicName topic) {
    next.forget(topic);
  }
}
