package dev.tertulia.server.net;

import dev.tertulia.server.connection.ByteRate;
import dev.tertulia.server.connection.MessageRate;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLongArray;

/// How fast requests may come over HTTP: over one connection, and from one address over all its
/// connections. Safe for any thread.
///
/// Addresses are not remembered one by one, because a peer may have many: each counts in one of
/// [#PLACES] places, which two share by chance. Loopback has no bound of its own: it is the
/// operator, and a proxy that speaks for many.
final class RequestRates {
  private static final int PLACES = 4096;

  private final MessageRate ofConnection;
  private final ByteRate bytes;
  private final MessageRate ofAddress;
  private final AtomicLongArray paidUntil = new AtomicLongArray(PLACES);
  private final int seed = ThreadLocalRandom.current().nextInt();

  /// @param bytes of the bodies of one connection
  /// @param now nanoseconds of the clock that is used from then on
  RequestRates(MessageRate ofConnection, ByteRate bytes, MessageRate ofAddress, long now) {
    this.ofConnection = ofConnection;
    this.bytes = bytes;
    this.ofAddress = ofAddress;
    for (int i = 0; i < PLACES; i++) {
      paidUntil.set(i, now);
    }
  }

  /// What one connection has sent. Owned by its loop.
  final class Account {
    private final AddressBlock address;
    private long requestsPaidUntil;
    private long bytesPaidUntil;

    private Account(AddressBlock address, long now) {
      this.address = address;
      requestsPaidUntil = now;
      bytesPaidUntil = now;
    }

    /// A request has come; it is paid for if there is no need to wait.
    ///
    /// @param body in bytes
    /// @return how long to wait before it may come again, in nanoseconds; 0 or less if it may be
    ///   answered
    long request(int body, long now) {
      long requests = ofConnection.afterMessage(requestsPaidUntil, now);
      long more = bytes.afterBytes(bytesPaidUntil, now, body);
      long wait = Math.max(ofConnection.wait(requests, now).toNanos(), bytes.wait(more, now));
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

  /// An account for a connection that begins.
  Account open(AddressBlock address, long now) {
    return new Account(address, now);
  }

  private long ofAddress(AddressBlock address, long now) {
    if (address.isLoopback()) {
      return 0;
    }
    int place = Math.floorMod(((address.hashCode() ^ seed) * 0x9e3779b9) >>> 16, PLACES);
    while (true) {
      long before = paidUntil.get(place);
      long paid = ofAddress.afterMessage(before, now);
      long wait = ofAddress.wait(paid, now).toNanos();
      if (wait > 0) {
        return wait;
      }
      if (paidUntil.compareAndSet(place, before, paid)) {
        return 0;
      }
    }
  }
}
