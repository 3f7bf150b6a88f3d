package dev.tertulia.server.limits;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Limit;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.function.LongSupplier;

/// Rate limits of clients: what all connections and HTTP requests of a client may do together. Safe
/// for any thread.
///
/// They hold beyond the end of a connection, so that reconnecting gains nothing. Ids of the
/// server's own, such as that of the API, have no limit here.
///
/// # Bounds
///
/// There is no state per client; see [RateTable].
public final class ClientRates {
  private static final int SALT_BYTES = 16;

  private final LongSupplier nanoClock;
  private final byte[] salt = new byte[SALT_BYTES];
  private final Limited messages;
  private final Limited bytes;
  private final Limited notifications;
  private final Limited joins;
  private final Limited queries;

  /// The replies to requests that were refused for their rate, at the rate of messages.
  private final RateTable refusals;

  /// The rates of one client.
  ///
  /// @param bytes of messages and request bodies, after decompression
  /// @param queries of history, presence, rooms and inbox
  public record Rates(Rate messages, Rate bytes, Rate notifications, Rate joins, Rate queries) {
    /// No limits.
    public static final Rates NONE =
        new Rates(Rate.NONE, Rate.NONE, Rate.NONE, Rate.NONE, Rate.NONE);
  }

  /// One of the limits.
  private static final class Limited {
    final RateTable table;
    final Limit limit;
    final String units;
    final LimitCounters counters;
    volatile RefusalLog log;

    Limited(Rate rate, Limit limit, String units, long now, LimitCounters counters) {
      table = new RateTable(rate, now);
      this.limit = limit;
      this.units = units;
      this.counters = counters;
      log = logOf(rate);
    }

    void replace(Rate rate, long now) {
      table.replace(rate, now);
      log = logOf(rate);
    }

    private RefusalLog logOf(Rate rate) {
      return counters.log(
          limit,
          "A client is slowed down: the limit is %s %s per second (%s)"
              .formatted(rate.perSecond(), units, limit.setting()));
    }
  }

  /// @param nanoClock a monotonic clock, in nanoseconds
  public ClientRates(Rates rates, LongSupplier nanoClock, LimitCounters counters) {
    this.nanoClock = nanoClock;
    new SecureRandom().nextBytes(salt);
    messages = limited(rates.messages, Limit.MESSAGES_PER_SECOND_PER_CLIENT, "messages", counters);
    bytes = limited(rates.bytes, Limit.BYTES_PER_SECOND_PER_CLIENT, "bytes", counters);
    notifications =
        limited(
            rates.notifications,
            Limit.NOTIFICATIONS_PER_SECOND_PER_CLIENT,
            "notifications",
            counters);
    joins = limited(rates.joins, Limit.JOINS_PER_SECOND_PER_CLIENT, "joins", counters);
    queries = limited(rates.queries, Limit.QUERIES_PER_SECOND_PER_CLIENT, "queries", counters);
    refusals = new RateTable(rates.messages, nanoClock.getAsLong());
  }

  private Limited limited(Rate rate, Limit limit, String units, LimitCounters counters) {
    return new Limited(rate, limit, units, nanoClock.getAsLong(), counters);
  }

  /// Replaces the limits, of all clients and at once.
  public void replace(Rates rates) {
    long now = nanoClock.getAsLong();
    messages.replace(rates.messages, now);
    bytes.replace(rates.bytes, now);
    notifications.replace(rates.notifications, now);
    joins.replace(rates.joins, now);
    queries.replace(rates.queries, now);
    refusals.replace(rates.messages, now);
  }

  /// The limits of `client`.
  public Account of(ClientId client) {
    return new Account(client, key(client));
  }

  /// A key that nobody can predict, so that nobody can choose a name with the slots of another.
  private long key(ClientId client) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(salt);
      return ByteBuffer.wrap(digest.digest(client.value().getBytes(StandardCharsets.UTF_8)))
          .getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java runtime has SHA-256", e);
    }
  }

  /// The limits of one client. Immutable: several may stand for the same client. All methods return
  /// the time to wait, in nanoseconds; 0 or less if what was asked for is allowed now.
  public final class Account {
    private final ClientId client;
    private final long key;

    private Account(ClientId client, long key) {
      this.client = client;
      this.key = key;
    }

    /// Asks to send a message of `length` bytes.
    public long message(int length) {
      long wait = take(messages, 1);
      return wait > 0 ? wait : take(bytes, length);
    }

    /// Charges a message of `length` bytes that is accepted whatever the result.
    public long acceptedMessage(int length) {
      return Math.max(charge(messages, 1), charge(bytes, length));
    }

    /// Asks to notify `count` clients. A broadcast counts as one.
    public long notifications(int count) {
      return take(notifications, count);
    }

    /// Charges a notification that is accepted whatever the result.
    public long acceptedNotification() {
      return charge(notifications, 1);
    }

    /// Asks to join a room.
    public long join() {
      return take(joins, 1);
    }

    /// Asks for a query.
    public long query() {
      return take(queries, 1);
    }

    /// Charges the reply to a request that was refused for its rate.
    public long refusal() {
      return client.isReserved() ? 0 : refusals.charge(key, 1, nanoClock.getAsLong());
    }

    private long take(Limited limited, int units) {
      return client.isReserved()
          ? 0
          : told(limited, limited.table.take(key, units, nanoClock.getAsLong()));
    }

    private long charge(Limited limited, int units) {
      return client.isReserved()
          ? 0
          : told(limited, limited.table.charge(key, units, nanoClock.getAsLong()));
    }

    private long told(Limited limited, long wait) {
      if (wait > 0) {
        limited.log.add(client);
      }
      return wait;
    }
  }
}
