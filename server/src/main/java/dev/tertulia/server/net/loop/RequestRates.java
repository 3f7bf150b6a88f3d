package dev.tertulia.server.net.loop;

import dev.tertulia.server.auth.AddressBlock;
import dev.tertulia.server.limits.LimitCounters;
import dev.tertulia.server.limits.Rate;
import dev.tertulia.server.limits.RateTable;
import dev.tertulia.server.limits.RefusalLog;
import dev.tertulia.server.model.Limit;
import java.security.SecureRandom;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Rate limits of HTTP: requests and bodies per connection, and per address, over all its
/// connections, requests, handshakes and new sockets. Safe for any thread.
///
/// Addresses are not tracked individually, because a peer may have many; see [RateTable]. Loopback
/// has no limits of its own: it is the operator, or a proxy that acts for many clients.
public final class RequestRates {
  private final LongSupplier nanoClock;
  private final LimitCounters counters;
  private final RateTable ofAddress;
  private final RateTable handshakes;
  private final RateTable sockets;

  /// The limits in force, which are replaced together.
  private volatile Limits limits;

  private final long seed = new SecureRandom().nextLong();

  /// The rates.
  ///
  /// @param requests of one connection
  /// @param bodies of one connection, in bytes
  /// @param requestsOfAddress requests of one address; at the same rate it may open sockets, since
  ///   a socket without a request is of no use
  /// @param handshakesOfAddress WebSockets and streams that one address opens, or fails to
  public record Rates(
      Rate requests, Rate bodies, Rate requestsOfAddress, Rate handshakesOfAddress) {
    /// No limits.
    public static final Rates NONE = new Rates(Rate.NONE, Rate.NONE, Rate.NONE, Rate.NONE);
  }

  /// The limits, and what is logged of each.
  private record Limits(
      Rates rates,
      RefusalLog tooManyRequests,
      RefusalLog tooManyBytes,
      RefusalLog tooManyOfAddress,
      RefusalLog tooManyHandshakes,
      RefusalLog tooManySockets) {
    static Limits of(Rates rates, LimitCounters counters) {
      return new Limits(
          rates,
          log(
              counters,
              Limit.REQUESTS_PER_SECOND,
              "Requests are refused with 429: the limit of a connection is %s per second (%s)",
              rates.requests),
          log(
              counters,
              Limit.BYTES_PER_SECOND,
              "Requests are refused with 429: the limit of a connection is %s bytes per second"
                  + " (%s)",
              rates.bodies),
          log(
              counters,
              Limit.REQUESTS_PER_SECOND_PER_ADDRESS,
              "Requests are refused with 429: the limit of an address is %s per second (%s)",
              rates.requestsOfAddress),
          log(
              counters,
              Limit.HANDSHAKES_PER_SECOND_PER_ADDRESS,
              "Handshakes are refused with 429: the limit of an address is %s per second (%s)",
              rates.handshakesOfAddress),
          log(
              counters,
              Limit.REQUESTS_PER_SECOND_PER_ADDRESS,
              "New connections are closed at once: the limit of an address is %s per second (%s)",
              rates.requestsOfAddress));
    }
  }

  /// @param nanoClock a monotonic clock, in nanoseconds
  public RequestRates(Rates rates, LongSupplier nanoClock, LimitCounters counters) {
    this.nanoClock = nanoClock;
    this.counters = counters;
    limits = Limits.of(rates, counters);
    long now = nanoClock.getAsLong();
    ofAddress = new RateTable(rates.requestsOfAddress, now);
    handshakes = new RateTable(rates.handshakesOfAddress, now);
    sockets = new RateTable(rates.requestsOfAddress, now);
  }

  /// Replaces the limits, of all connections and addresses and at once.
  public void replace(Rates rates) {
    long now = nanoClock.getAsLong();
    ofAddress.replace(rates.requestsOfAddress, now);
    handshakes.replace(rates.handshakesOfAddress, now);
    sockets.replace(rates.requestsOfAddress, now);
    limits = Limits.of(rates, counters);
  }

  private static RefusalLog log(LimitCounters counters, Limit limit, String text, Rate rate) {
    return counters.log(limit, text.formatted(rate.perSecond(), limit.setting()));
  }

  /// The usage of one connection. Owned by its loop. Its methods return the time to wait before the
  /// same may be repeated, in nanoseconds; 0 or less if it is allowed now.
  public final class Account {
    private final AddressBlock own;
    private AddressBlock address;

    /// Whether the connection carries requests of many clients.
    private boolean shared;

    private long requestsPaidUntil;
    private long bytesPaidUntil;

    private Account(AddressBlock address, long now) {
      own = address;
      this.address = address;
      requestsPaidUntil = now;
      bytesPaidUntil = now;
    }

    /// The next request is one of `client`, over a connection of a trusted proxy, which has no
    /// limits of its own then; `null` for none.
    public void actFor(@Nullable AddressBlock client) {
      address = client == null ? own : client;
      shared = client != null;
    }

    /// Counts a request; it is charged if it is allowed.
    ///
    /// @param body its size in bytes
    public long request(int body) {
      if (shared) {
        return take(ofAddress, address, limits.tooManyOfAddress);
      }
      long now = nanoClock.getAsLong();
      Limits current = limits;
      Rates rates = current.rates;
      long requests = rates.requests.after(requestsPaidUntil, now, 1);
      long wait = told(current.tooManyRequests, rates.requests.wait(requests, now));
      if (wait > 0) {
        return wait;
      }
      long more = rates.bodies.after(bytesPaidUntil, now, body);
      wait = told(current.tooManyBytes, rates.bodies.wait(more, now));
      if (wait > 0) {
        return wait;
      }
      wait = take(ofAddress, address, current.tooManyOfAddress);
      if (wait <= 0) {
        requestsPaidUntil = requests;
        bytesPaidUntil = more;
      }
      return wait;
    }

    /// Counts a handshake, which is charged before anything else is known about it, so that those
    /// that fail are charged as well.
    public long handshake() {
      return take(handshakes, address, limits.tooManyHandshakes);
    }

    private long told(RefusalLog log, long wait) {
      if (wait > 0) {
        log.add(address);
      }
      return wait;
    }
  }

  /// Opens an account for a new connection.
  public Account open(AddressBlock address) {
    return new Account(address, nanoClock.getAsLong());
  }

  /// Whether a new socket of `address` may be served.
  public boolean allowsSocket(AddressBlock address) {
    return take(sockets, address, limits.tooManySockets) <= 0;
  }

  private long take(RateTable table, AddressBlock address, RefusalLog log) {
    if (address.isLoopback()) {
      return 0;
    }
    long wait = table.take(key(address), 1, nanoClock.getAsLong());
    if (wait > 0) {
      log.add(address);
    }
    return wait;
  }

  /// A key that nobody can predict: a mixture as of SplitMix64, of a secret.
  private long key(AddressBlock address) {
    long key = address.bits() + (address.version6() ? seed : ~seed);
    key = (key ^ seed ^ (key >>> 30)) * 0xbf58476d1ce4e5b9L;
    key = (key ^ (key >>> 27)) * 0x94d049bb133111ebL;
    return key ^ (key >>> 31);
  }
}
