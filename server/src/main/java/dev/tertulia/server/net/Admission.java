package dev.tertulia.server.net;

import dev.tertulia.server.connection.Refusals;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Lets sockets in for as long as there is room: so many in all, so many from one address. Safe for
/// any thread.
///
/// It counts twice. A *socket* counts from its acceptance to its end, and is closed without a word
/// if there are too many, because whoever opens them without asking for anything expects no answer.
/// It takes the place of the one that has been silent for the longest time, if there is one: a
/// socket from which no whole request has come, or none since its last answer. So sockets that say
/// nothing keep nobody from asking. A *WebSocket* counts from its handshake to its end, and a
/// handshake that finds no room is answered. There is room for more sockets than WebSockets, so
/// whoever asks for something is answered even when all connections are taken.
///
/// Addresses are counted only if they have a bound; then there is one entry for each that has a
/// socket. A connection itself pays nothing: all of an address share their [Neighbours].
public final class Admission {
  /// How many sockets of one address may speak HTTP besides its WebSockets.
  static final int SPARE_PER_ADDRESS = 100;

  /// The most silent sockets that are being closed at a time to make room.
  static final int MOST_LEAVING = 16;

  private final Capacity capacity;
  private final int perAddress;
  private final AtomicInteger sockets = new AtomicInteger();
  private final AtomicInteger webSockets = new AtomicInteger();

  /// The sockets that ask for nothing, the most silent first. Guarded by itself.
  private final LinkedHashSet<Channel> silent = new LinkedHashSet<>();

  private final AtomicInteger leaving = new AtomicInteger();
  private final ConcurrentHashMap<AddressBlock, Neighbours> byAddress = new ConcurrentHashMap<>();
  private final Neighbours everybody = new Neighbours(null);
  private final Refusals fullOfSockets;
  private final Refusals dismissed;
  private final Refusals full;
  private final Refusals addressFullOfSockets;
  private final Refusals addressFull;

  /// @param perAddress the most WebSockets of one address; 0 for no limit
  /// @param nanoClock nanoseconds of a clock that never goes back
  public Admission(Capacity capacity, int perAddress, LongSupplier nanoClock) {
    this.capacity = capacity;
    this.perAddress = perAddress;
    String room = capacity.connections() + " connections (limits.connections, or open files)";
    String addressRoom = perAddress + " (limits.connections_per_address)";
    fullOfSockets =
        new Refusals("New connections are closed at once: the limit is " + room, nanoClock);
    dismissed =
        new Refusals(
            "Idle connections are closed to make room for new ones: the limit is " + room,
            nanoClock);
    full = new Refusals("Handshakes are refused with 503: the limit is " + room, nanoClock);
    addressFullOfSockets =
        new Refusals(
            "New connections are closed at once, of an address with more than "
                + addressRoom
                + " and "
                + SPARE_PER_ADDRESS
                + " to spare are closed at once",
            nanoClock);
    addressFull =
        new Refusals(
            "Handshakes are refused with 503, from an address with " + addressRoom, nanoClock);
  }

  /// How many WebSockets are open, those included that are about to close.
  int webSockets() {
    return webSockets.get();
  }

  /// How many sockets are open.
  int sockets() {
    return sockets.get();
  }

  /// How many addresses are being counted.
  int addresses() {
    return byAddress.size();
  }

  /// Lets a socket in. For the one thread that accepts.
  ///
  /// @return whom it is counted with, to be told when it closes; `null` if there is no room
  @Nullable Neighbours enter(Channel socket) {
    if (!take(sockets, capacity.sockets())) {
      if (!dismissSilent()) {
        fullOfSockets.add();
        return null;
      }
      // Its place is free as soon as it is closed.
      sockets.incrementAndGet();
    }
    if (perAddress == 0) {
      return everybody;
    }
    Neighbours neighbours =
        byAddress.compute(
            blockOf(socket),
            (block, known) -> (known == null ? new Neighbours(block) : known).withOneMore());
    if (neighbours.ownSockets.get() > perAddress + SPARE_PER_ADDRESS) {
      leave(neighbours);
      addressFullOfSockets.add();
      return null;
    }
    return neighbours;
  }

  /// `socket` asks for nothing now. On its loop.
  void silent(Channel socket) {
    synchronized (silent) {
      silent.remove(socket);
      silent.add(socket);
    }
  }

  /// `socket` has asked for something, or has ended. On its loop.
  void notSilent(Channel socket) {
    synchronized (silent) {
      silent.remove(socket);
    }
  }

  /// Closes the most silent socket.
  ///
  /// @return `false` if there is none, or as many are being closed as may be
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

  private void leave(Neighbours neighbours) {
    sockets.decrementAndGet();
    if (neighbours.block != null) {
      byAddress.computeIfPresent(neighbours.block, (block, known) -> known.withOneLess());
    }
  }

  private static boolean take(AtomicInteger count, int most) {
    return count.getAndUpdate(n -> n < most ? n + 1 : n) < most;
  }

  /// The address that a socket counts for.
  static AddressBlock blockOf(Channel socket) {
    return socket.remoteAddress() instanceof InetSocketAddress inet
        ? AddressBlock.of(inet.getAddress())
        : AddressBlock.GONE;
  }

  /// The sockets of one address, or of all where addresses are not counted; told of each that
  /// closes.
  final class Neighbours implements ChannelFutureListener {
    private final @Nullable AddressBlock block;
    private final AtomicInteger ownWebSockets = new AtomicInteger();

    private final AtomicInteger ownSockets = new AtomicInteger();

    private Neighbours(@Nullable AddressBlock block) {
      this.block = block;
    }

    @Override
    public void operationComplete(ChannelFuture closed) {
      notSilent(closed.channel());
      leave(this);
    }

    /// Takes the place of a WebSocket, which [#webSocketClosed] gives back.
    ///
    /// @return what refuses it; `null` if there was room
    @Nullable Refusals openWebSocket() {
      if (!take(webSockets, capacity.connections())) {
        return full;
      }
      if (block != null && !take(ownWebSockets, perAddress)) {
        webSockets.decrementAndGet();
        return addressFull;
      }
      return null;
    }

    void webSocketClosed() {
      webSockets.decrementAndGet();
      if (block != null) {
        ownWebSockets.decrementAndGet();
      }
    }

    /// In the map's `compute`, so that nobody takes it out meanwhile.
    private Neighbours withOneMore() {
      ownSockets.incrementAndGet();
      return this;
    }

    /// In the map's `compute` too.
    private @Nullable Neighbours withOneLess() {
      return ownSockets.decrementAndGet() == 0 ? null : this;
    }
  }
}
