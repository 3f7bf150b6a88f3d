package dev.tertulia.server.storage.journal;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Limit;
import dev.tertulia.server.storage.NameBounds;
import dev.tertulia.server.storage.rows.LogTables;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/// Decides whether a room or an inbox may be created, according to the [NameBounds]. Owned by the
/// writer.
///
/// The rooms of a client are those it is known in; the creation of an inbox is remembered for a
/// day, for at most [#SENDERS] clients, and dropped for others. The HTTP API creates inboxes
/// without a limit of its own.
final class NewNames {
  /// How many clients are remembered that have begun inboxes.
  static final int SENDERS = 10_000;

  private static final long DAY = Duration.ofDays(1).toMillis();

  private final NameBounds bounds;
  private final LogTables tables;
  private final TopicCache topicCache;
  private final ClientCache clients;

  /// How many inboxes each has begun since [#day] began.
  private final LinkedHashMap<String, Integer> begun = new LinkedHashMap<>(16, 0.75f, true);

  private long day = Long.MIN_VALUE;

  NewNames(NameBounds bounds, LogTables tables, TopicCache topicCache, ClientCache clients) {
    this.bounds = bounds;
    this.tables = tables;
    this.topicCache = topicCache;
    this.clients = clients;
  }

  /// What keeps `client` from beginning a room; `null` if it may.
  @Nullable Limit room(String client) throws SQLException {
    if (topicCache.rooms() >= bounds.rooms()) {
      return Limit.ROOMS;
    }
    return bounds.roomsPerClient() < Integer.MAX_VALUE
            && tables.countRooms(client, bounds.roomsPerClient()) >= bounds.roomsPerClient()
        ? Limit.ROOMS_PER_CLIENT
        : null;
  }

  /// What keeps `sender` from beginning an inbox; `null` if it may.
  @Nullable Limit inbox(String sender, long now) throws SQLException {
    if (clients.count() >= bounds.inboxes()) {
      return Limit.INBOXES;
    }
    return !new ClientId(sender).isReserved() && begunBy(sender, now) >= bounds.inboxesPerSender()
        ? Limit.INBOXES_PER_SENDER
        : null;
  }

  /// `sender` has begun an inbox.
  void began(String sender, long now) {
    begun.put(sender, begunBy(sender, now) + 1);
    if (begun.size() > SENDERS) {
      Iterator<String> eldest = begun.keySet().iterator();
      eldest.next();
      eldest.remove();
    }
  }

  private int begunBy(String sender, long now) {
    if (day == Long.MIN_VALUE || now < day || now - day >= DAY) {
      day = now;
      begun.clear();
    }
    return begun.getOrDefault(sender, 0);
  }
}
