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
/// The rooms of a client are those it is known in. What a client creates is counted by the day that
/// begins with the first of it: in a shared database in rows, [BegunRow], for all servers together;
/// otherwise here, for at most [#BEGINNERS] clients, and dropped for others. Ids of the server's
/// own, such as that of the API, have no limit of their own.
final class NewNames {
  /// How many clients are remembered that have begun rooms or inboxes.
  static final int BEGINNERS = 10_000;

  private final NameBounds bounds;
  private final TopicCache topicCache;
  private final ClientCache clients;

  /// What clients have begun, by their ids; the one that was asked for last at the end. Empty for a
  /// shared database.
  private final LinkedHashMap<String, BegunRow> begunHere =
      new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true);

  NewNames(NameBounds bounds, TopicCache topicCache, ClientCache clients) {
    this.bounds = bounds;
    this.topicCache = topicCache;
    this.clients = clients;
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
    BegunRow begun = begun(facts, client, now);
    return begun.rooms() < bounds.newRoomsPerClient()
        ? null
        : refused(Limit.NEW_ROOMS_PER_CLIENT, begun.untilNextDay(now));
  }

  /// What keeps `sender` from beginning an inbox; `null` if it may.
  Outcome.@Nullable Refused inbox(Facts facts, String sender, long now) throws SQLException {
    if (bounds.inboxes() != Long.MAX_VALUE && clients.count() >= bounds.inboxes()) {
      return refused(Limit.INBOXES, null);
    }
    if (!isLimited(sender)) {
      return null;
    }
    BegunRow begun = begun(facts, sender, now);
    return begun.inboxes() < bounds.inboxesPerSender()
        ? null
        : refused(Limit.INBOXES_PER_SENDER, begun.untilNextDay(now));
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
      put(facts, begun(facts, client, now).withRoom());
    }
  }

  /// `sender` has begun an inbox.
  void beganInbox(Facts facts, String sender, long now) throws SQLException {
    if (isLimited(sender)) {
      put(facts, begun(facts, sender, now).withInbox());
    }
  }

  private BegunRow begun(Facts facts, String client, long now) throws SQLException {
    BegunRow row = facts.isShared() ? facts.begun(client) : begunHere.get(client);
    return row == null ? BegunRow.none(client, now) : row.at(now);
  }

  private void put(Facts facts, BegunRow row) {
    if (facts.isShared()) {
      facts.put(row);
      return;
    }
    begunHere.put(row.client(), row);
    if (begunHere.size() > BEGINNERS) {
      Iterator<String> eldest = begunHere.keySet().iterator();
      eldest.next();
      eldest.remove();
    }
  }
}
