package dev.tertulia.client.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/// Opens the connections of one thread, at a given rate or as fast as the server accepts them, and
/// abandons those that take too long. Owned by the thread. Without a rate, at most 128 are pending
/// at once, so that the accept queue of the server does not overflow.
final class ConnectionOpener {
  private static final int AT_ONCE = 128;

  /// Connections from one address; the system has some 28,000 ports to give to each.
  private static final int FROM_ONE_ADDRESS = 20_000;

  private final Crowd crowd;
  private final List<InetSocketAddress> servers;
  private final Selector selector;
  private final Counters counters;
  private final Outgoing outgoing;
  private final Endings endings;
  private final List<LoadConnection> all;
  private final Queue<LoadConnection> waiting = new ArrayDeque<>();
  private final long begin = System.nanoTime();
  private int next;

  /// @param servers where connections go, in turn
  /// @param first the number of the thread's first connection; then every so many as there are
  ///   threads
  /// @param all where connections go as they are begun
  ConnectionOpener(
      Crowd crowd,
      List<InetSocketAddress> servers,
      int first,
      Selector selector,
      Counters counters,
      Outgoing outgoing,
      Endings endings,
      List<LoadConnection> all) {
    this.crowd = crowd;
    this.servers = servers;
    this.next = first;
    this.selector = selector;
    this.counters = counters;
    this.outgoing = outgoing;
    this.endings = endings;
    this.all = all;
  }

  /// Begins what is due, and ends what takes too long.
  ///
  /// @return when there is more to do at the latest
  long dial(long now) {
    long timeout = crowd.timeout().toNanos();
    for (LoadConnection oldest = waiting.peek(); oldest != null; oldest = waiting.peek()) {
      if (isUnderWay(oldest)) {
        if (now - oldest.began < timeout) {
          break;
        }
        endings.end(oldest, "not ready within %s s".formatted(timeout / 1e9));
      }
      waiting.remove();
    }
    while (next < crowd.connections()) {
      long due = now;
      if (crowd.rate() > 0) {
        due = begin + (long) (next * 1e9 / crowd.rate());
        if (due > now) {
          return due;
        }
      } else if (all.size() - counters.ready - counters.refused >= AT_ONCE) {
        break;
      }
      begin(next, due);
      next += crowd.threads();
    }
    return Schedule.NEVER;
  }

  private static boolean isUnderWay(LoadConnection connection) {
    return switch (connection.state) {
      case DIALLING, SHAKING_HANDS, GREETING -> true;
      case READY, SLOW, LEAVING, GONE -> false;
    };
  }

  private void begin(int number, long due) {
    try {
      SocketChannel channel = SocketChannel.open();
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT);
      LoadConnection connection = new LoadConnection(number, channel, key, due);
      key.attach(connection);
      all.add(connection);
      waiting.add(connection);
      try {
        InetSocketAddress server = servers.get(number % servers.size());
        if (crowd.connections() > FROM_ONE_ADDRESS && server.getAddress().isLoopbackAddress()) {
          channel.bind(new InetSocketAddress(source(number), 0));
        }
        if (channel.connect(server)) {
          connected(connection);
        }
      } catch (IOException e) {
        endings.end(connection, Endings.reason(e));
      } catch (ProtocolException e) {
        endings.end(connection, String.valueOf(e.getMessage()));
      }
    } catch (IOException e) {
      throw new CannotRunException(
          "cannot open more than %s connections: %s; see ulimit -n"
              .formatted(number, Endings.reason(e)));
    }
  }

  private static String source(int number) {
    return "127.0.0." + (2 + number / FROM_ONE_ADDRESS);
  }

  /// Goes on when the TCP connection is there.
  void connectable(LoadConnection connection) throws IOException, ProtocolException {
    connection.channel.finishConnect();
    connected(connection);
  }

  private void connected(LoadConnection connection) throws IOException, ProtocolException {
    connection.key.interestOps(SelectionKey.OP_READ);
    connection.state = LoadConnection.State.SHAKING_HANDS;
    outgoing.request(connection);
  }
}
