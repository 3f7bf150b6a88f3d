package dev.tertulia.server.storage.journal;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.storage.ClientExpiry;
import dev.tertulia.server.storage.Retention;
import dev.tertulia.server.storage.journal.TopicCache.TopicState;
import dev.tertulia.server.storage.read.InboxView;
import dev.tertulia.server.storage.rows.ClientRow;
import dev.tertulia.server.storage.rows.DeviceRow;
import dev.tertulia.server.storage.rows.EntryBody;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.rows.RequestRow;
import dev.tertulia.server.storage.rows.RetentionTables;
import dev.tertulia.server.storage.rows.TopicBounds;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.TopicName;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Removes entries beyond their retention, in slices small enough that no commit waits for one.
/// Owned by the writer, which runs a slice in the transaction of a batch that it writes anyway, and
/// in a separate one only while it has nothing to write.
///
/// A topic that grows beyond its limits is noticed at once; expired entries, and topics whose
/// limits have changed, are found by a sweep through all topics, which takes at least a minute.
///
/// A slice removes [#SHARE] times as much as was added since the last one, so that no topic keeps
/// growing under load; an older excess is removed gradually in addition. Each topic adds [#TOPIC]
/// to the cost of a slice, so where many topics exceed their limits, each exceeds them by a few
/// entries until its next turn.
public final class RetentionSweeper {
  private static final Logger log = LoggerFactory.getLogger(RetentionSweeper.class);

  /// The maximum number of entries, requests or batches that a slice removes while nothing is
  /// added.
  public static final int SLICE = 200;

  /// The ratio of what the next slice removes to what was added.
  public static final int SHARE = 1;

  /// The cost of a topic in a slice, in entries, besides those removed.
  public static final int TOPIC = 10;

  /// The number of added entries that makes a slice worthwhile.
  private static final int PRESSING = 256;

  /// The maximum number of topics that a sweep examines at a time.
  static final int LOOK = 128;

  /// How long a request is remembered after its entry is gone.
  static final Duration REQUESTS = Duration.ofDays(1);

  /// How long a topic without entries is kept after its last entry was stored.
  static final Duration LET_GO = Duration.ofDays(1);

  /// Batches of the term that are kept at least, and for how long.
  static final int BATCHES = 10_000;

  static final Duration BATCH_AGE = Duration.ofHours(1);

  /// A time so far in the future was recorded by a clock that was ahead.
  private static final Duration AHEAD = Duration.ofHours(1);

  /// The maximum number of clients and devices that are removed at a time.
  private static final int FORGOTTEN = 20;

  private static final long SWEEP_MILLIS = Duration.ofMinutes(1).toMillis();

  private final Function<TopicName, Retention> retention;
  private final ClientExpiry clientExpiry;
  private final Set<TopicName> due = new LinkedHashSet<>();

  /// Topics that can't be trimmed because they are damaged; tried again with the next sweep.
  private final Set<TopicName> passedOver = new HashSet<>();

  /// The topics that a slice of a shared database has locked.
  private final Set<TopicName> locked = new HashSet<>();

  /// How many entries were added to topics that are due, since the last slice.
  private long added;

  /// Where the sweep is: the last topic's id; and when it began.
  private long swept;

  private long sweepBegan = Long.MIN_VALUE;
  private boolean sweeping = true;
  private boolean expiredLeft = true;

  /// Whether participants of removed rooms may be left, and which were examined last.
  private boolean orphansLeft = true;

  private RetentionTables.Participation orphansAfter = RetentionTables.Participation.NONE;

  public RetentionSweeper(Function<TopicName, Retention> retention, ClientExpiry clientExpiry) {
    this.retention = retention;
    this.clientExpiry = clientExpiry;
  }

  /// A batch that touched `topic` was committed, and is not released yet.
  void look(TopicState topic) {
    Retention bounds = retention.apply(topic.name);
    if (bounds.mayBePast(topic.entries, topic.bytes)
        && (!topic.isCounted() || bounds.isPast(topic.messages(), topic.entries, topic.bytes))
        && !passedOver.contains(topic.name)) {
      due.add(topic.name);
    }
    if (topic.firstAdded > 0 && due.contains(topic.name)) {
      added += topic.head - topic.firstAdded + 1;
    }
  }

  /// Whether a topic is known to exceed its limits.
  boolean isDue() {
    return !due.isEmpty();
  }

  /// Whether so much was added to topics beyond their limits that a slice is due early.
  boolean isPressing() {
    return isDue() && added >= PRESSING;
  }

  /// The topics that the next slice of a shared database may trim, which are to be locked for it.
  Set<TopicName> next() {
    locked.clear();
    due.stream().limit(SLICE / TOPIC).forEach(locked::add);
    return Set.copyOf(locked);
  }

  /// Topics that others have locked: the slice leaves them alone, and a later one tries again.
  void putBack(Set<TopicName> held) {
    locked.removeAll(held);
    for (TopicName topic : held) {
      if (due.remove(topic)) {
        due.add(topic);
      }
    }
  }

  /// Removes what is due.
  ///
  /// @param extra how much to remove in addition to its share of what was added: 0 for an early
  ///   slice, or the amount of a regular slice, which also looks for other data to remove
  /// @return whether there is more to do soon
  public boolean slice(
      LogTables tables,
      TopicCache topicCache,
      ClientCache clients,
      WriteBatch writeBatch,
      int extra)
      throws SQLException {
    long most = extra + SHARE * added;
    added = 0;
    trimDue(tables, topicCache, writeBatch, most);
    if (extra > 0) {
      if (expiredLeft) {
        prune(tables, topicCache, clients, writeBatch, most);
      } else {
        sweep(tables, topicCache, clients, writeBatch);
      }
    }
    return !due.isEmpty() || sweeping || expiredLeft;
  }

  private void trimDue(LogTables tables, TopicCache topicCache, WriteBatch writeBatch, long most)
      throws SQLException {
    long left = most;
    while (left > 0 && !due.isEmpty()) {
      TopicName next = due.iterator().next();
      if (tables.isShared() && !locked.contains(next)) {
        return;
      }
      due.remove(next);
      try {
        long gone = trim(tables, topicCache.of(next), retention.apply(next), writeBatch, left);
        if (gone == left) {
          // Behind the others.
          due.add(next);
        }
        left -= gone + TOPIC;
      } catch (LogException e) {
        log.error(
            "Cannot trim {}: {}. './tertulia check' lists what is damaged", next, e.getMessage());
        passedOver.add(next);
        left -= TOPIC;
      }
    }
  }

  /// Removes the oldest entries of a topic, at most `limit`.
  ///
  /// @return how many
  public static long trim(
      LogTables tables, TopicState topic, Retention bounds, WriteBatch writeBatch, long limit)
      throws SQLException {
    if (!bounds.hasAge() && !bounds.mayBePast(topic.entries, topic.bytes)) {
      return 0;
    }
    if (!topic.isCounted()) {
      topic.counted(tables.retention().countMessages(topic.id, topic.floor));
    }
    RetentionTables.Weight last = null;
    long messages = 0;
    long count = 0;
    long bytes = 0;
    for (RetentionTables.Weight oldest :
        tables.retention().weightsAbove(topic.id, topic.floor, limit, writeBatch.now)) {
      if (!bounds.isPast(topic.messages() - messages, topic.entries - count, topic.bytes - bytes)
          && !bounds.isTooOld(oldest.time(), writeBatch.now)) {
        break;
      }
      last = oldest;
      count++;
      messages += EntryBody.isMessage(oldest.kind()) ? 1 : 0;
      bytes += oldest.bytes();
    }
    EntryRow floor = last == null ? null : tables.entryAsItStands(topic.id, last.offset());
    if (floor == null) {
      return 0;
    }
    List<RequestRow> requests =
        tables.retention().requestsOf(topic.id, topic.floor, floor.offset());
    boolean inbox = topic.name.kind() == TopicName.Kind.INBOX;
    ClientRow client = inbox ? ClientRow.find(tables, topic.name.name()) : null;
    long broadcasts = client == null ? 0 : InboxView.broadcastsBefore(tables, floor);
    topic.counted(topic.messages() - messages);
    writeBatch.trim(tables, topic, floor, count, bytes);
    if (inbox) {
      tables.retention().trimInbox(topic.name.name(), floor.offset());
    }
    if (client != null) {
      tables.put(client.withFloorBroadcasts(broadcasts));
    }
    for (RequestRow request : requests) {
      tables.retention().expire(request.expiring(writeBatch.now + REQUESTS.toMillis()));
    }
    return count;
  }

  private void prune(
      LogTables tables,
      TopicCache topicCache,
      ClientCache clients,
      WriteBatch writeBatch,
      long most)
      throws SQLException {
    long old = writeBatch.now - BATCH_AGE.toMillis();
    long ahead = writeBatch.now + AHEAD.toMillis();
    RetentionTables retention = tables.retention();
    int removed =
        Math.max(
            Math.max(
                retention.removeExpired(writeBatch.now, ahead + REQUESTS.toMillis(), most),
                retention.removeBegun(writeBatch.now, most)),
            Math.max(
                retention.removeBatches(
                    writeBatch.term, writeBatch.seq - BATCHES, old, ahead, most),
                retention.removeBatchesOfOthers(writeBatch.term, old, ahead, most)));
    boolean more = removed == most;
    try {
      int told =
          tables.retention().trimBroadcasts(topicCache.ends(TopicName.BROADCASTS).floor(), most);
      more |= told == most;
      removed += told + forgetDevices(tables, writeBatch.now);
      removed += bringBack(tables, clients, writeBatch.now, ahead);
      if (forgetClients(tables, topicCache, clients, writeBatch)) {
        removed++;
        more = true;
      }
    } catch (LogException e) {
      log.error(
          "Cannot remove clients and devices that have been absent too long: {}. './tertulia check'"
              + " lists what is damaged",
          e.getMessage());
    }
    if (orphansLeft) {
      RetentionTables.Orphans orphans =
          tables.retention().removeOrphans(orphansAfter, most, writeBatch::touches);
      orphansAfter = orphans.last();
      orphansLeft = !orphansAfter.equals(RetentionTables.Participation.NONE);
      removed += orphans.removed();
      more |= orphansLeft;
    }
    if (removed > 0) {
      writeBatch.wrote();
    }
    expiredLeft = more;
  }

  /// Clients and devices that were here after now, by a clock that was ahead, were here now.
  ///
  /// @return how many
  private static int bringBack(LogTables tables, ClientCache clients, long now, long ahead)
      throws SQLException {
    List<ClientRow> early = tables.retention().clientsSeenAfter(ahead, FORGOTTEN);
    for (ClientRow client : early) {
      tables.put(client.at(now));
      clients.changed(client.client());
    }
    List<DeviceRow> devices = tables.retention().devicesHeardAfter(ahead, FORGOTTEN);
    for (DeviceRow device : devices) {
      tables.put(
          new DeviceRow(
              device.client(), device.device(), now, device.personal(), device.broadcasts()));
    }
    return early.size() + devices.size();
  }

  /// Removes the reports of the devices absent the longest; the others follow with the next sweep.
  private int forgetDevices(LogTables tables, long now) throws SQLException {
    long age = clientExpiry.devices().toMillis();
    if (age >= now) {
      return 0;
    }
    List<DeviceRow> silent = tables.retention().devicesUnheardSince(now - age, FORGOTTEN);
    for (DeviceRow device : silent) {
      tables.removeDevice(device.client(), device.device());
    }
    return silent.size();
  }

  /// Removes the inboxes of clients that have been absent too long, and everything else known about
  /// them.
  ///
  /// @return whether there was one
  private boolean forgetClients(
      LogTables tables, TopicCache topicCache, ClientCache clients, WriteBatch writeBatch)
      throws SQLException {
    List<ClientRow> away = new ArrayList<>();
    long age = clientExpiry.clients().toMillis();
    if (age < writeBatch.now) {
      away.addAll(tables.retention().clientsUnseenSince(writeBatch.now - age, FORGOTTEN));
    }
    String passing = clientExpiry.passing();
    if (away.isEmpty() && passing != null) {
      long left = writeBatch.now - ClientExpiry.PASSING.toMillis();
      away.addAll(tables.retention().clientsUnseenSince(left, passing, FORGOTTEN));
    }
    for (ClientRow client : away) {
      if (clientExpiry.connected().test(new ClientId(client.client()))) {
        tables.put(client.withSeen(writeBatch.now));
      } else if (isEmptied(tables, topicCache, client, writeBatch)) {
        tables.removeClient(client.client());
        clients.forget(client.client());
      }
    }
    return !away.isEmpty();
  }

  private static boolean isEmptied(
      LogTables tables, TopicCache topicCache, ClientRow client, WriteBatch writeBatch)
      throws SQLException {
    TopicName inbox = TopicName.inbox(new ClientId(client.client()));
    if (topicCache.ends(inbox).head() == 0) {
      return true;
    }
    TopicState topic = topicCache.free(inbox);
    return topic != null && trim(tables, topic, Retention.ofMessages(0), writeBatch, SLICE) < SLICE;
  }

  private void sweep(
      LogTables tables, TopicCache topicCache, ClientCache clients, WriteBatch writeBatch)
      throws SQLException {
    long now = writeBatch.now;
    if (!sweeping) {
      if (now - sweepBegan < SWEEP_MILLIS && now >= sweepBegan) {
        return;
      }
      sweeping = true;
    }
    if (swept == 0) {
      sweepBegan = now;
      passedOver.clear();
    }
    List<TopicRow> rows;
    try {
      rows = tables.topicsAbove(swept, LOOK);
    } catch (LogException e) {
      log.error(
          "Retention skips some topics: {}. './tertulia check' lists what is damaged",
          e.getMessage());
      swept += LOOK;
      return;
    }
    for (TopicRow row : rows) {
      swept = row.id();
      if (row.entries() == 0 && now - row.time() > LET_GO.toMillis()) {
        letGo(tables, topicCache, clients, writeBatch, row);
      }
      if (row.entries() > 0 && isPast(tables, row, now) && !passedOver.contains(row.topic())) {
        due.add(row.topic());
      }
    }
    if (rows.size() < LOOK) {
      sweeping = false;
      swept = 0;
      expiredLeft = true;
    }
  }

  /// Removes an empty topic, if nobody needs it: a room without members, or an inbox that nobody
  /// has ever opened.
  private void letGo(
      LogTables tables,
      TopicCache topicCache,
      ClientCache clients,
      WriteBatch writeBatch,
      TopicRow row)
      throws SQLException {
    switch (row.topic().kind()) {
      case ROOM -> {
        if (topicCache.letGo(row)) {
          writeBatch.letGo(row.topic(), row.id());
          orphansLeft = true;
        }
      }
      case INBOX -> {
        if (isUnopened(tables, topicCache, writeBatch, row) && topicCache.letGoUnopened(row)) {
          tables.removeClient(row.name());
          clients.forget(row.name());
          writeBatch.letGo(row.topic(), row.id());
        }
      }
      case BROADCASTS, PRESENCE -> {
        // There is one, which stays; these have no row.
      }
    }
  }

  /// Whether an inbox without entries of its own contains no broadcast either, and belongs to a
  /// client that has never connected: so there is no position in it. The ids of its notifications
  /// may be known, so a new one with its name must not give them again: its last entry must be of
  /// an earlier term. The inbox of a client that never comes back needs none of that once the
  /// client is removed.
  private boolean isUnopened(
      LogTables tables, TopicCache topicCache, WriteBatch writeBatch, TopicRow row)
      throws SQLException {
    String passing = clientExpiry.passing();
    boolean isPassing = passing != null && row.name().startsWith(passing);
    if (row.floorTerm() == writeBatch.term && !isPassing) {
      return false;
    }
    ClientRow client;
    try {
      client = ClientRow.find(tables, row.name());
    } catch (LogException e) {
      log.error(
          "An empty inbox is kept: {}. './tertulia check' lists what is damaged", e.getMessage());
      return false;
    }
    if (isPassing) {
      return client == null;
    }
    TopicBounds broadcasts = topicCache.ends(TopicName.BROADCASTS);
    return client != null
        && !client.connected()
        && Math.max(client.since(), broadcasts.floor()) == broadcasts.head();
  }

  private boolean isPast(LogTables tables, TopicRow row, long now) throws SQLException {
    Retention bounds = retention.apply(row.topic());
    return bounds.mayBePast(row.entries(), row.bytes())
        || (bounds.hasAge()
            && bounds.isTooOld(tables.retention().timeAbove(row.id(), row.floor(), now), now));
  }
}
