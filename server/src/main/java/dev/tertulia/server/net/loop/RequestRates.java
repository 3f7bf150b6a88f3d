package dev.tertulia.server.net.loop;

import dev.tertulia.server.auth.AddressBlock;
import dev.tertulia.server.limits.Rate;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLongArray;

/// Rate limits of HTTP requests: per connection, and per address over all its connections. Safe for
/// any thread.
///
/// Addresses are not tracked individually, because a peer may have many: each counts in one of
/// [#PLACES] slots, which two may share by chance. Loopback has no limit of its own: it is the
/// operator, or a proxy that acts for many clients.
public final class RequestRates {
  private static final int PLACES = 4096;

  private final Rate ofConnection;
  private final Rate bytes;
  private final Rate ofAddress;
  private final AtomicLongArray paidUntil = new AtomicLongArray(PLACES);
  private final int seed = ThreadLocalRandom.current().nextInt();

  /// @param bytes the limit on bodies of one connection
  /// @param now nanoseconds of the clock that is used from now on
  public RequestRates(Rate ofConnection, Rate bytes, Rate ofAddress, long now) {
    this.ofConnection = ofConnection;
    this.bytes = bytes;
    this.ofAddress = ofAddress;
    for (int i = 0; i < PLACES; i++) {
      paidUntil.set(i, now);
    }
  }

  /// The usage of one connection. Owned by its loop.
  public final class Account {
    private final AddressBlock address;
    private long requestsPaidUntil;
    private long bytesPaidUntil;

    private Account(AddressBlock address, long now) {
      this.address = address;
      requestsPaidUntil = now;
      bytesPaidUntil = now;
    }

    /// Counts a request; it is charged if it may be answered now.
    ///
    /// @param body its size in bytes
    /// @return the time to wait before it may be repeated, in nanoseconds; 0 or less if it may be
    ///   answered
    public long request(int body, long now) {
      long requests = ofConnection.after(requestsPaidUntil, now, 1);
      long more = bytes.after(bytesPaidUntil, now, body);
      long wait = Math.max(ofConnection.wait(requests, now), bytes.wait(more, now));
      if (wait <= 0) {
        wait = ofAddress(address, now);
      }
      if (wait <= 0) {
        requestsPaidUntil = requests;
        bytesPaidUntil = more;
      }
      return wait;
    }
  }

  /// Opens an account for a new connection.
  public Account open(AddressBlock address, long now) {
    return new Account(address, now);
  }

  private long ofAddress(AddressBlock address, long now) {
    if (address.isLoopback()) {
      return 0;
    }
    int place = Math.floorMod(((address.hashCode() ^ seed) * 0x9e3779b9) >>> 16, PLACES);
    while (true) {
      long before = paidUntil.get(place);
      long paid = ofAddress.after(before, now, 1);
      long wait = ofAddress.wait(paid, now);
      if (wait > 0) {
        return wait;
      }
      if (paidUntil.compareAndSet(place, before, paid)) {
        return 0;
      }
    }
  }
}
