package dev.tertulia.server.net.loop;

import dev.tertulia.server.auth.AddressBlock;
import dev.tertulia.server.auth.Peer;
import dev.tertulia.server.limits.LimitCounters;
import dev.tertulia.server.limits.RefusalLog;
import dev.tertulia.server.model.Limit;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Admits sockets up to a limit in total and per address. Safe for any thread.
///
/// There are two counts. A *socket* counts from its acceptance to its end, and is closed without a
/// response if there are too many, because a peer that opens sockets without sending a request
/// expects none. It replaces the socket that has been idle the longest, if there is one: a socket
/// without a complete request since it was accepted or last answered. So idle sockets keep no other
/// peer out. A *WebSocket* counts from its handshake to its end, and a handshake beyond the limit
/// is answered with a refusal. The limit of sockets is higher than that of WebSockets, so requests
/// are answered even when all connections are in use.
///
/// Addresses are counted only if they have a limit; there is one entry for each address with a
/// socket. Connections have no state of their own here: all sockets of an address share a
/// [AddressQuota].
public final class Admission {
  /// The number of sockets of one address that may use HTTP besides its WebSockets.
  static final int SPARE_PER_ADDRESS = 100;

  /// The maximum number of idle sockets that are being closed at a time.
  static final int MOST_LEAVING = 16;

  private final Capacity capacity;
  private final LimitCounters counters;

  /// The limit of an address, which is replaced together with what is logged of it.
  private volatile PerAddress perAddress;

  private final AtomicInteger sockets = new AtomicInteger();
  private final AtomicInteger webSockets = new AtomicInteger();

  /// The idle sockets, longest idle first. Guarded by itself.
  private final LinkedHashSet<Channel> silent = new LinkedHashSet<>();

  private final AtomicInteger leaving = new AtomicInteger();
  private final ConcurrentHashMap<AddressBlock, AddressQuota> byAddress = new ConcurrentHashMap<>();
  private final AddressQuota everybody = new AddressQuota(null);
  private final RefusalLog fullOfSockets;
  private final RefusalLog dismissed;
  private final RefusalLog full;

  /// @param most the maximum number of WebSockets; 0 for no limit
  private record PerAddress(int most, RefusalLog fullOfSockets, RefusalLog full) {
    static PerAddress of(int most, LimitCounters counters) {
      String room = most + " (limits.connections_per_address)";
      return new PerAddress(
          most,
          counters.log(
              Limit.CONNECTIONS_PER_ADDRESS,
              "New connections are closed at once: the limit for an address is "
                  + room
                  + " and "
                  + SPARE_PER_ADDRESS
                  + " to spare"),
          counters.log(
              Limit.CONNECTIONS_PER_ADDRESS,
              "Handshakes are refused with 503, from an address with " + room));
    }
  }

  /// @param perAddress the maximum number of WebSockets per address; 0 for no limit
  public Admission(Capacity capacity, int perAddress, LimitCounters counters) {
    this.capacity = capacity;
    this.counters = counters;
    this.perAddress = PerAddress.of(perAddress, counters);
    String room = capacity.connections() + " connections (limits.connections, or open files)";
    fullOfSockets =
        counters.log(Limit.CONNECTIONS, "New connections are closed at once: the limit is " + room);
    dismissed =
        counters.log(
            Limit.CONNECTIONS,
            "Idle connections are closed to make room for new ones: the limit is " + room);
    full = counters.log(Limit.CONNECTIONS, "Handshakes are refused with 503: the limit is " + room);
  }

  /// Replaces the limit of an address. Sockets that exceed it stay open; those that were opened
  /// without a limit don't count.
  ///
  /// @param most the maximum number of WebSockets; 0 for no limit
  public void limitPerAddress(int most) {
    perAddress = PerAddress.of(most, counters);
  }

  /// The number of open WebSockets, including those that are closing.
  public int webSockets() {
    return webSockets.get();
  }

  /// The number of open sockets.
  public int sockets() {
    return sockets.get();
  }

  /// The number of addresses with an entry.
  int addresses() {
    return byAddress.size();
  }

  /// Admits a socket. Called by the accepting thread only.
  ///
  /// @return the count to which it belongs, which must be told when it closes; `null` if it is not
  ///   admitted
  public @Nullable AddressQuota enter(Channel socket) {
    if (!take(sockets, capacity.sockets())) {
      if (!dismissSilent()) {
        fullOfSockets.add();
        return null;
      }
      // Its slot becomes free when it is closed.
      sockets.incrementAndGet();
    }
    PerAddress limit = perAddress;
    if (limit.most == 0) {
      return everybody;
    }
    AddressQuota quota =
        byAddress.compute(
            blockOf(socket),
            (block, known) -> (known == null ? new AddressQuota(block) : known).withOneMore());
    if (quota.ownSockets.get() > limit.most + SPARE_PER_ADDRESS) {
      leave(quota);
      limit.fullOfSockets.add();
      return null;
    }
    return quota;
  }

  /// Marks `socket` as idle. On its loop.
  public void silent(Channel socket) {
    synchronized (silent) {
      silent.remove(socket);
      silent.add(socket);
    }
  }

  /// Marks `socket` as not idle: it has sent a request, or has ended. On its loop.
  public void notSilent(Channel socket) {
    synchronized (silent) {
      silent.remove(socket);
    }
  }

  /// Closes the socket that has been idle the longest.
  ///
  /// @return `false` if there is none, or the maximum number is being closed
  private boolean dismissSilent() {
    Channel socket;
    synchronized (silent) {
      if (silent.isEmpty() || !take(leaving, MOST_LEAVING)) {
        return false;
      }
      socket = silent.removeFirst();
    }
    socket.closeFuture().addListener(closed -> leaving.decrementAndGet());
    socket.close();
    dismissed.add();
    return true;
  }

  private void leave(AddressQuota quota) {
    sockets.decrementAndGet();
    if (quota.block != null) {
      byAddress.computeIfPresent(quota.block, (block, known) -> known.withOneLess());
    }
  }

  private static boolean take(AtomicInteger count, int most) {
    return count.getAndUpdate(n -> n < most ? n + 1 : n) < most;
  }

  /// Who sends a request through `socket`.
  ///
  /// @param proxied whether the request has a sign of a proxy
  public static Peer peerOf(Channel socket, boolean proxied) {
    return new Peer(
        socket.remoteAddress() instanceof InetSocketAddress inet ? inet.getAddress() : null,
        blockOf(socket),
        proxied);
  }

  /// The address for which a socket counts.
  public static AddressBlock blockOf(Channel socket) {
    InetAddress address = addressOf(socket);
    return address == null ? AddressBlock.GONE : AddressBlock.of(address);
  }

  /// The address from which a socket comes; `null` if it is gone.
  static @Nullable InetAddress addressOf(Channel socket) {
    return socket.remoteAddress() instanceof InetSocketAddress inet ? inet.getAddress() : null;
  }

  /// The sockets of one address, or of all addresses if they are not counted; told of each that
  /// closes.
  public final class AddressQuota implements ChannelFutureListener {
    private final @Nullable AddressBlock block;
    private final AtomicInteger ownWebSockets = new AtomicInteger();

    private final AtomicInteger ownSockets = new AtomicInteger();

    private AddressQuota(@Nullable AddressBlock block) {
      this.block = block;
    }

    @Override
    public void operationComplete(ChannelFuture closed) {
      notSilent(closed.channel());
      leave(this);
    }

    /// Reserves a WebSocket, which [#webSocketClosed] releases.
    ///
    /// @return the refusal; `null` if it was admitted
    public @Nullable RefusalLog openWebSocket() {
      if (!take(webSockets, capacity.connections())) {
        return full;
      }
      PerAddress limit = perAddress;
      if (block != null && !take(ownWebSockets, limit.most == 0 ? Integer.MAX_VALUE : limit.most)) {
        webSockets.decrementAndGet();
        return limit.full;
      }
      return null;
    }

    public void webSocketClosed() {
      webSockets.decrementAndGet();
      if (block != null) {
        ownWebSockets.decrementAndGet();
      }
    }

    /// Runs in `compute` of the map, so that the entry is not removed meanwhile.
    private AddressQuota withOneMore() {
      ownSockets.incrementAndGet();
      return this;
    }

    /// Runs in `compute` of the map as well.
    private @Nullable AddressQuota withOneLess() {
      return ownSockets.decrementAndGet() == 0 ? null : this;
    }
  }
}
