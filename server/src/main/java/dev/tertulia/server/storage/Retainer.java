package dev.tertulia.server.storage;

import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.TopicName;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets go what is kept no longer, in slices small enough that nobody waits for one. Owned by the
/// writer, which calls it between batches.
///
/// A topic that grew past its bounds is noticed when it does; what is too old, and topics whose
/// bounds were changed, when a sweep through all topics comes by, which takes a minute at least.
final class Retainer {
  private static final Logger log = LoggerFactory.getLogger(Retainer.class);

  /// The most entries, requests or batches that a slice lets go.
  static final int SLICE = 200;

  /// The most topics that a sweep looks at in one go.
  static final int LOOK = 128;

  /// How long a request is remembered after its entry is gone.
  static final Duration REQUESTS = Duration.ofDays(1);

  /// Batches of the term that are kept at least, and for how long.
  static final int BATCHES = 10_000;

  static final Duration BATCH_AGE = Duration.ofHours(1);

  /// The most clients, and devices, that are forgotten in one go.
  private static final int FORGOTTEN = 20;

  private static final long SWEEP_MILLIS = Duration.ofMinutes(1).toMillis();

  private final Function<TopicName, Retention> retention;
  private final Forgetting forgetting;
  private final Set<TopicName> due = new LinkedHashSet<>();

  /// Where the sweep is: the last topic's id; and when it began.
  private long swept;

  private long sweepBegan = Long.MIN_VALUE;
  private boolean sweeping = true;
  private boolean expiredLeft = true;

  Retainer(Function<TopicName, Retention> retention, Forgetting forgetting) {
    this.retention = retention;
    this.forgetting = forgetting;
  }

  /// A topic was added to.
  void look(TopicState topic) {
    if (retention.apply(topic.name).isPast(topic.entries, topic.bytes)) {
      due.add(topic.name);
    }
  }

  /// Whether a topic is past its bounds, as far as is known.
  boolean isDue() {
    return !due.isEmpty();
  }

  /// Lets go a slice of what is due.
  ///
  /// @return whether there is more to do soon
  boolean slice(LogTables tables, Topics topics, KnownClients clients, Batch batch)
      throws SQLException {
    if (!due.isEmpty()) {
      TopicName next = due.iterator().next();
      boolean more;
      try {
        more = trim(tables, topics.of(next), retention.apply(next), batch);
      } catch (LogException e) {
        log.error("{} is not trimmed: {}", next, e.getMessage());
        more = false;
      }
      if (!more) {
        due.remove(next);
      }
    } else if (expiredLeft) {
      prune(tables, topics, clients, batch);
    } else {
      sweep(tables, batch.now);
    }
    return !due.isEmpty() || sweeping || expiredLeft;
  }

  private static boolean trim(LogTables tables, TopicState topic, Retention bounds, Batch batch)
      throws SQLException {
    List<EntryRow> oldest = tables.entriesAbove(topic.id, topic.floor, SLICE);
    List<RequestRow> requests = new ArrayList<>();
    EntryRow floor = null;
    long count = 0;
    long bytes = 0;
    for (EntryRow row : oldest) {
      if (!bounds.isPast(topic.entries - count, topic.bytes - bytes)
          && !bounds.isTooOld(row.time(), batch.now)) {
        break;
      }
      floor = row;
      count++;
      bytes += row.body().length;
      RequestRow request = request(tables, row);
      if (request != null) {
        requests.add(request);
      }
    }
    if (floor == null) {
      return false;
    }
    boolean inbox = topic.name.kind() == TopicName.Kind.INBOX;
    ClientRow client = inbox ? InboxView.client(tables, topic.name.name()) : null;
    batch.trim(tables, topic, floor, count, bytes);
    if (inbox) {
      tables.trimInbox(topic.name.name(), floor.offset());
    }
    if (client != null) {
      tables.put(client.withFloorBroadcasts(InboxView.broadcastsBefore(floor)));
    }
    for (RequestRow request : requests) {
      tables.put(request.expiring(batch.now + REQUESTS.toMillis()));
    }
    return count == SLICE;
  }

  private static @Nullable RequestRow request(LogTables tables, EntryRow row) throws SQLException {
    return row.request() == null
        ? null
        : tables.request(row.topicId(), row.client(), row.request());
  }

  private void prune(LogTables tables, Topics topics, KnownClients clients, Batch batch)
      throws SQLException {
    long old = batch.now - BATCH_AGE.toMillis();
    int removed =
        Math.max(
            tables.removeExpired(batch.now, SLICE),
            Math.max(
                tables.removeBatches(batch.term, batch.seq - BATCHES, old, SLICE),
                tables.removeBatchesOfOthers(batch.term, old, SLICE)));
    boolean more = removed == SLICE;
    try {
      int told = tables.trimBroadcasts(topics.ends(TopicName.BROADCASTS).floor(), SLICE);
      more |= told == SLICE;
      removed += told + forgetDevices(tables, batch.now);
      if (forgetClients(tables, topics, clients, batch)) {
        removed++;
        more = true;
      }
    } catch (LogException e) {
      log.error("Clients and devices that are long away are not forgotten: {}", e.getMessage());
    }
    if (removed > 0) {
      batch.wrote();
    }
    expiredLeft = more;
  }

  /// Lets go what the longest silent devices have told; the others' turn is with the next sweep.
  private int forgetDevices(LogTables tables, long now) throws SQLException {
    long age = forgetting.devices().toMillis();
    if (age >= now) {
      return 0;
    }
    List<DeviceRow> silent = tables.devicesUnheardSince(now - age, FORGOTTEN);
    for (DeviceRow device : silent) {
      tables.removeDevice(device.client(), device.device());
    }
    return silent.size();
  }

  /// Lets go the inboxes of clients that are long away, and what else is known of them.
  ///
  /// @return whether there was one
  private boolean forgetClients(LogTables tables, Topics topics, KnownClients clients, Batch batch)
      throws SQLException {
    long age = forgetting.clients().toMillis();
    if (age >= batch.now) {
      return false;
    }
    List<ClientRow> away = tables.clientsUnseenSince(batch.now - age, FORGOTTEN);
    for (ClientRow client : away) {
      if (forgetting.connected().test(new ClientId(client.client()))) {
        tables.put(client.withSeen(batch.now));
      } else if (isEmptied(tables, topics, client, batch)) {
        tables.removeClient(client.client());
        clients.forget(client.client());
      }
    }
    return !away.isEmpty();
  }

  private static boolean isEmptied(LogTables tables, Topics topics, ClientRow client, Batch batch)
      throws SQLException {
    TopicName inbox = TopicName.inbox(new ClientId(client.client()));
    return tables.topic(TopicRow.kindOf(inbox.kind()), inbox.name()) == null
        || !trim(tables, topics.of(inbox), Retention.ofEntries(0), batch);
  }

  private void sweep(LogTables tables, long now) throws SQLException {
    if (!sweeping) {
      if (now - sweepBegan < SWEEP_MILLIS && now >= sweepBegan) {
        return;
      }
      sweeping = true;
    }
    if (swept == 0) {
      sweepBegan = now;
    }
    List<TopicRow> rows;
    try {
      rows = tables.topicsAbove(swept, LOOK);
    } catch (LogException e) {
      log.error("Retention passes over some topics: {}", e.getMessage());
      swept += LOOK;
      return;
    }
    for (TopicRow row : rows) {
      swept = row.id();
      if (row.entries() > 0 && isPast(tables, row, now)) {
        due.add(row.topic());
      }
    }
    if (rows.size() < LOOK) {
      sweeping = false;
      swept = 0;
      expiredLeft = true;
    }
  }

  private boolean isPast(LogTables tables, TopicRow row, long now) throws SQLException {
    Retention bounds = retention.apply(row.topic());
    return bounds.isPast(row.entries(), row.bytes())
        || (bounds.hasAge() && bounds.isTooOld(tables.timeAbove(row.id(), row.floor(), now), now));
  }
}
