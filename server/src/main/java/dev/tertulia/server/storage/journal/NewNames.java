package dev.tertulia.server.storage.journal;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Limit;
import dev.tertulia.server.storage.NameBounds;
import dev.tertulia.server.storage.rows.BegunRow;
import dev.tertulia.server.topic.Outcome;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/// Decides whether a room or an inbox may be created, according to the [NameBounds]. Owned by the
/// writer.
///
/// The rooms of a client are those it is known in. What a client creates is counted by the day: in
/// a shared database in rows of it, [BegunRow], for all servers together; otherwise here, for at
/// most [#SENDERS] clients each for rooms and for inboxes, and dropped for others. Ids of the
/// server's own, such as that of the API, have no limit of their own.
final class NewNames {
  /// How many clients are remembered that have begun rooms, and inboxes.
  static final int SENDERS = 10_000;

  private static final long DAY = BegunRow.DAY.toMillis();

  private final NameBounds bounds;
  private final TopicCache topicCache;
  private final ClientCache clients;
  private final DailyCounts roomsBegun = new DailyCounts();
  private final DailyCounts inboxesBegun = new DailyCounts();

  NewNames(NameBounds bounds, TopicCache topicCache, ClientCache clients) {
    this.bounds = bounds;
    this.topicCache = topicCache;
    this.clients = clients;
  }

  /// How many each client has begun since a day began.
  private static final class DailyCounts {
    private final LinkedHashMap<String, Integer> begun = new LinkedHashMap<>(16, 0.75f, true);
    private long day = Long.MIN_VALUE;

    int of(String client, long now) {
      if (day == Long.MIN_VALUE || now < day || now - day >= DAY) {
        day = now;
        begun.clear();
      }
      return begun.getOrDefault(client, 0);
    }

    void add(String client, long now) {
      begun.put(client, of(client, now) + 1);
      if (begun.size() > SENDERS) {
        Iterator<String> eldest = begun.keySet().iterator();
        eldest.next();
        eldest.remove();
      }
    }

    /// The time until everyone has begun none.
    Duration untilNextDay(long now) {
      return Duration.ofMillis(day + DAY - now);
    }
  }

  /// What keeps `client` from beginning a room; `null` if it may.
  Outcome.@Nullable Refused room(Facts facts, String client, long now) throws SQLException {
    if (bounds.rooms() != Long.MAX_VALUE && topicCache.rooms() >= bounds.rooms()) {
      return refused(Limit.ROOMS, null);
    }
    if (facts.hasRooms(client, bounds.roomsPerClient())) {
      return refused(Limit.ROOMS_PER_CLIENT, null);
    }
    if (!isLimited(client)) {
      return null;
    }
    BegunRow shared = facts.begun(client, now);
    long begun = shared == null ? roomsBegun.of(client, now) : shared.rooms();
    return begun < bounds.newRoomsPerClient()
        ? null
        : refused(Limit.NEW_ROOMS_PER_CLIENT, untilNextDay(shared, roomsBegun, now));
  }

  /// What keeps `sender` from beginning an inbox; `null` if it may.
  Outcome.@Nullable Refused inbox(Facts facts, String sender, long now) throws SQLException {
    if (bounds.inboxes() != Long.MAX_VALUE && clients.count() >= bounds.inboxes()) {
      return refused(Limit.INBOXES, null);
    }
    if (!isLimited(sender)) {
      return null;
    }
    BegunRow shared = facts.begun(sender, now);
    long begun = shared == null ? inboxesBegun.of(sender, now) : shared.inboxes();
    return begun < bounds.inboxesPerSender()
        ? null
        : refused(Limit.INBOXES_PER_SENDER, untilNextDay(shared, inboxesBegun, now));
  }

  private static Duration untilNextDay(@Nullable BegunRow shared, DailyCounts counts, long now) {
    return shared == null ? counts.untilNextDay(now) : shared.untilNextDay(now);
  }

  /// Whether there is a limit to what a client may create in a day.
  static boolean isLimited(String client) {
    return !new ClientId(client).isReserved();
  }

  private Outcome.Refused refused(Limit limit, @Nullable Duration retryAfter) {
    bounds.refused().accept(limit);
    return new Outcome.Refused(limit, retryAfter);
  }

  /// `client` has begun a room.
  void beganRoom(Facts facts, String client, long now) throws SQLException {
    if (isLimited(client)) {
      BegunRow shared = facts.begun(client, now);
      if (shared == null) {
        roomsBegun.add(client, now);
      } else {
        facts.put(shared.withRoom());
      }
    }
  }

  /// `sender` has begun an inbox.
  void beganInbox(Facts facts, String sender, long now) throws SQLException {
    if (isLimited(sender)) {
      BegunRow shared = facts.begun(sender, now);
      if (shared == null) {
        inboxesBegun.add(sender, now);
      } else {
        facts.put(shared.withInbox());
      }
    }
  }
}
