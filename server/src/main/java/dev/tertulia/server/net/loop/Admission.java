package dev.tertulia.server.net.loop;

import dev.tertulia.server.auth.AddressBlock;
import dev.tertulia.server.auth.Peer;
import dev.tertulia.server.limits.LimitCounters;
import dev.tertulia.server.limits.RefusalLog;
import dev.tertulia.server.model.Limit;
import dev.tertulia.server.net.proxy.TrustedProxies;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.util.AttributeKey;
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

  /// The client for which a trusted proxy has opened the socket.
  private static final AttributeKey<InetAddress> CLIENT =
      AttributeKey.valueOf(Admission.class, "client");

  private final TrustedProxies trusted;
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
    this(capacity, perAddress, TrustedProxies.NONE, counters);
  }

  /// @param perAddress the maximum number of WebSockets per address; 0 for no limit
  /// @param trusted whose sockets count for their clients
  public Admission(
      Capacity capacity, int perAddress, TrustedProxies trusted, LimitCounters counters) {
    this.trusted = trusted;
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

  /// The proxies that are believed when they say for whom they act.
  public TrustedProxies trusted() {
    return trusted;
  }

  /// Whether a trusted proxy is connected by `socket`.
  public boolean isOfProxy(Channel socket) {
    InetAddress peer = peerAddressOf(socket);
    return peer != null && trusted.contains(peer);
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

  /// Counts a socket of such a proxy for its client as well. On its loop.
  ///
  /// @return the count to which it belongs from now on; `null` if there are too many of the client
  public @Nullable AddressQuota enterFor(Channel socket, InetAddress client) {
    if (perAddress.most == 0) {
      return everybody;
    }
    AddressQuota quota = ofAddress(AddressBlock.of(client));
    if (quota == null) {
      return null;
    }
    socket.closeFuture().addListener(closed -> leaveAddress(quota));
    return quota;
  }

  /// Admits a socket. That of a trusted proxy counts for no address, until its client is known.
  /// Called by the accepting thread only.
  ///
  /// @return the count to which it belongs, which must be told when it closes; `null` if it is not
  ///   admitted
  public @Nullable AddressQuota enter(Channel socket) {
    if (!takeSocket()) {
      return null;
    }
    if (perAddress.most == 0 || isOfProxy(socket)) {
      return everybody;
    }
    AddressQuota quota = ofAddress(blockOf(socket));
    if (quota == null) {
      sockets.decrementAndGet();
    }
    return quota;
  }

  private boolean takeSocket() {
    if (take(sockets, capacity.sockets())) {
      return true;
    }
    if (!dismissSilent()) {
      fullOfSockets.add();
      return false;
    }
    // Its slot becomes free when it is closed.
    sockets.incrementAndGet();
    return true;
  }

  /// Counts one more socket of an address; `null` if there are too many.
  private @Nullable AddressQuota ofAddress(AddressBlock address) {
    PerAddress limit = perAddress;
    AddressQuota quota =
        byAddress.compute(
            address,
            (block, known) -> (known == null ? new AddressQuota(block) : known).withOneMore());
    if (quota.ownSockets.get() > limit.most + SPARE_PER_ADDRESS) {
      leaveAddress(quota);
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
    leaveAddress(quota);
  }

  private void leaveAddress(AddressQuota quota) {
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
    return new Peer(addressOf(socket), blockOf(socket), proxied || isRelayed(socket));
  }

  /// The address for which a socket counts.
  public static AddressBlock blockOf(Channel socket) {
    InetAddress address = addressOf(socket);
    return address == null ? AddressBlock.GONE : AddressBlock.of(address);
  }

  /// The address of the client of a socket, which a trusted proxy may have named; `null` if it is
  /// gone.
  public static @Nullable InetAddress addressOf(Channel socket) {
    InetAddress client = isRelayed(socket) ? socket.attr(CLIENT).get() : null;
    return client == null ? peerAddressOf(socket) : client;
  }

  /// The address that is connected; `null` if it is gone.
  public static @Nullable InetAddress peerAddressOf(Channel socket) {
    return socket.remoteAddress() instanceof InetSocketAddress inet ? inet.getAddress() : null;
  }

  /// Whether a trusted proxy has named the client of a socket.
  public static boolean isRelayed(Channel socket) {
    return socket.hasAttr(CLIENT);
  }

  /// From now on `socket` is one of `client`, as a trusted proxy says. On its loop.
  public static void relay(Channel socket, InetAddress client) {
    socket.attr(CLIENT).set(client);
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
