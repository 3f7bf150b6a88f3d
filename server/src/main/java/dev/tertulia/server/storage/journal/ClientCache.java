package dev.tertulia.server.storage.journal;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.storage.rows.ClientRow;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.topic.TopicName;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Caches which clients have an inbox, so that not every notification and connection queries the
/// database. At most [#BOUND] are cached; the oldest is dropped first, and queried again when
/// needed. Owned by the writer.
public final class ClientCache {
  static final int BOUND = 65_536;

  /// How finely it is noted when a client was here.
  static final Duration GRAIN = Duration.ofHours(1);

  /// Of a client that was not connected.
  private static final long NEVER = Long.MIN_VALUE;

  private final LogTables tables;
  private final TopicCache topicCache;
  private final long most;

  /// The number of clients with an inbox; -1 until it has been counted.
  private long count = -1;

  /// Those whose rows are about to be stored for the first time.
  private final Set<String> newcomers = new HashSet<>();

  /// When each was noted to be connected, in Unix milliseconds.
  private final LinkedHashMap<String, Long> noted = new LinkedHashMap<>();

  /// @param most the maximum number of clients; further ones are not recorded
  ClientCache(LogTables tables, TopicCache topicCache, long most) {
    this.most = most;
    this.tables = tables;
    this.topicCache = topicCache;
  }

  /// Whether nothing has to be stored because `client` is notified or, if `connected`, has come.
  boolean isNoted(String client, boolean connected, long now) {
    Long before = noted.get(client);
    return before != null && (!connected || isRecent(before, now));
  }

  /// The row that is to be stored, and then told to [#stored], because `client` is notified or, if
  /// `connected`, has come. `null` if the database knows it, or has no room for one more that has
  /// come.
  @Nullable ClientRow meet(Facts facts, String client, boolean connected, long now)
      throws SQLException {
    if (isNoted(client, connected, now)) {
      return null;
    }
    ClientRow row = facts.client(client);
    ClientRow changed = null;
    if (row == null) {
      changed =
          connected && most != Long.MAX_VALUE && count() >= most
              ? null
              : newcomer(client, connected, now);
    } else if (connected && (!row.connected() || !isRecent(row.seen(), now))) {
      changed = row.withSeen(now);
    }
    if (row != null && changed == null) {
      stored(row);
    }
    return changed;
  }

  /// How many clients with an inbox there are; negative if that would have to be counted.
  long knownCount() {
    return count;
  }

  /// How many there are.
  long count() throws SQLException {
    if (count < 0) {
      count = tables.countClients();
    }
    return count;
  }

  /// Notes how many there are.
  void counted(long clients) {
    count = clients;
  }

  /// The database knows the client by that row.
  void stored(ClientRow row) {
    if (newcomers.remove(row.client()) && count >= 0) {
      count++;
    }
    note(row.client(), row.connected() ? row.seen() : NEVER);
  }

  private ClientRow newcomer(String client, boolean connected, long now) throws SQLException {
    long broadcasts = topicCache.ends(TopicName.BROADCASTS).head();
    newcomers.add(client);
    // It was known before, and forgotten with all that it had.
    boolean again = topicCache.ends(TopicName.inbox(new ClientId(client))).floor() > 0;
    return new ClientRow(client, now, now, connected, broadcasts, again ? broadcasts : 0);
  }

  private static boolean isRecent(long then, long now) {
    return then != NEVER && Math.abs(now - then) < GRAIN.toMillis();
  }

  private void note(String client, long when) {
    noted.remove(client);
    if (noted.size() >= BOUND) {
      Iterator<String> eldest = noted.keySet().iterator();
      eldest.next();
      eldest.remove();
    }
    noted.put(client, when);
  }

  /// Its row was changed by others.
  void changed(String client) {
    noted.remove(client);
  }

  /// Its row is gone.
  public void forget(String client) {
    changed(client);
    count -= count > 0 ? 1 : 0;
  }

  /// Forgets all: a transaction that noted some was given up.
  void clear() {
    noted.clear();
    newcomers.clear();
    count = -1;
  }
}
