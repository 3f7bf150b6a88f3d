package dev.tertulia.client.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// One thread with every `n`th connection of a run: it opens them, sends what is due, reads what
/// has arrived, and counts.
///
/// One turn is: send what is due, then read once from each socket that has something. When the next
/// message is due soon it doesn't sleep between turns, because no sleep ends in time.
final class LoadThread implements Runnable {
  private static final long LONGEST_WAIT = 50_000_000;
  private static final long SPIN = 1_300_000;
  private static final long EARLY = 300_000;
  private static final long MILLISECOND = 1_000_000;
  private static final long GOODBYE = 2_000_000_000;
  private static final long P99_EVERY = 500_000_000;
  private static final int BURST = 256;
  private static final int NORMAL = 1000;

  private final LoadPlan plan;
  private final RunState runState;
  private final List<InetSocketAddress> servers;
  private final int index;
  private final Counters counters = new Counters();
  private final MeasurementWindow window = new MeasurementWindow();
  private final List<LoadConnection> connections = new ArrayList<>();
  private final Endings endings = new Endings(counters);
  private final Outgoing outgoing;
  private final Arrivals arrivals;

  private @Nullable Schedule schedule;
  private @Nullable Timetable when;
  private int[] senders = {};

  /// Where in [#connections] a connection is: at its number divided by the number of threads.
  private final int threads;

  private boolean rehearsed;
  private boolean measuring;
  private boolean measured;
  private long measuringSince;
  private long arrivedBefore;

  private volatile Tally tally = Tally.BEGINNING;
  private long told;
  private long p99Told;
  private long p99;
  private volatile @Nullable Throwable failure;

  LoadThread(int index, LoadPlan plan, RunState runState, List<InetSocketAddress> servers) {
    this.index = index;
    this.plan = plan;
    this.runState = runState;
    this.servers = servers;
    this.threads = plan.crowd().threads();
    this.outgoing = new Outgoing(plan, runState, counters, window, new SplittableRandom());
    this.arrivals = new Arrivals(plan, runState, counters, window, outgoing, endings);
  }

  /// What it has counted so far; a millisecond old at most while it is busy.
  Tally tally() {
    return tally;
  }

  /// What ended it before its time.
  @Nullable Throwable failure() {
    return failure;
  }

  /// To be read when the thread has ended.
  Counters counters() {
    return counters;
  }

  /// To be read when the thread has ended.
  List<LoadConnection> connections() {
    return connections;
  }

  @Override
  public void run() {
    try (Selector selector = Selector.open()) {
      ConnectionOpener opener =
          new ConnectionOpener(
              plan.crowd(), servers, index, selector, counters, outgoing, endings, connections);
      while (!runState.hasEnded()) {
        long now = System.nanoTime();
        long next = Math.min(now + LONGEST_WAIT, when == null ? opener.dial(now) : goOn(now, when));
        tell(now);
        await(selector, next, opener);
        if (when == null && runState.timetable() != null) {
          begin(runState.timetable());
        }
      }
      if (when != null) {
        goOn(System.nanoTime(), when);
      }
      leave(selector, opener);
    } catch (Throwable e) {
      failure = e;
    } finally {
      for (LoadConnection connection : connections) {
        connection.state = LoadConnection.State.LEAVING;
        endings.end(connection, "");
      }
    }
  }

  private void begin(Timetable timetable) {
    when = timetable;
    arrivals.begin(timetable);
    window.set(timetable.rehearsalFrom(), timetable.rehearsalUntil());
    Pace pace = plan.pace();
    senders =
        connections.stream().mapToInt(c -> c.number).filter(n -> n < pace.senders()).toArray();
    if (pace.rate() > 0 && !pace.isClosedLoop()) {
      schedule = new Schedule(senders, pace.senders(), pace.rate(), timetable);
    }
  }

  /// Does what is due.
  ///
  /// @return when there is more to do
  private long goOn(long now, Timetable timetable) {
    if (!rehearsed && now >= timetable.rehearsalForgotten()) {
      rehearsed = true;
      forget();
      window.set(timetable.from(), timetable.until());
    }
    if (!measuring && now >= timetable.from()) {
      measuring = true;
      measuringSince = now;
      arrivedBefore = counters.arrived;
    }
    if (!measured && now >= timetable.until()) {
      measured = true;
      counters.rate = (counters.arrived - arrivedBefore) * 1e9 / (now - measuringSince);
      readSlowOnes();
    }
    return Math.min(send(now, timetable), timetable.nextEdge(now));
  }

  private void forget() {
    counters.forgetMessages();
    for (LoadConnection connection : connections) {
      connection.received = 0;
      connection.sentMeasured = 0;
    }
  }

  private long send(long now, Timetable timetable) {
    if (plan.pace().isClosedLoop()) {
      if (senders.length > 0 && now >= timetable.start()) {
        fillWindows();
        senders = new int[0];
      }
      return timetable.start() > now ? timetable.start() : Schedule.NEVER;
    }
    if (schedule == null) {
      return Schedule.NEVER;
    }
    int burst = 0;
    for (long due = schedule.due(); due <= now && burst < BURST; due = schedule.due()) {
      LoadConnection sender = connections.get(schedule.sender() / threads);
      schedule.next();
      burst++;
      if (sender.state == LoadConnection.State.READY) {
        sender.owed++;
        sendOwed(sender);
      }
    }
    return schedule.due();
  }

  private void fillWindows() {
    for (int number : senders) {
      LoadConnection sender = connections.get(number / threads);
      if (sender.state == LoadConnection.State.READY) {
        sender.name = Marker.name(number);
        sender.owed += plan.pace().window();
        sendOwed(sender);
      }
    }
  }

  private void sendOwed(LoadConnection sender) {
    if (sender.unsent != null) {
      sender.heldBack = true;
      return;
    }
    try {
      owed(sender);
    } catch (IOException e) {
      endings.end(sender, Endings.reason(e));
    } catch (ProtocolException e) {
      endings.end(sender, String.valueOf(e.getMessage()));
    }
  }

  private void owed(LoadConnection sender) throws IOException, ProtocolException {
    if (when == null) {
      return;
    }
    if (schedule != null) {
      outgoing.owed(sender, schedule);
    } else {
      outgoing.owed(sender, when);
    }
  }

  /// What became of those that did not read is seen by reading.
  private void readSlowOnes() {
    for (LoadConnection connection : connections) {
      if (connection.state == LoadConnection.State.SLOW) {
        connection.key.interestOpsOr(SelectionKey.OP_READ);
      }
    }
  }

  private void await(Selector selector, long next, ConnectionOpener opener) throws IOException {
    long wait = next - System.nanoTime();
    if (wait > SPIN) {
      selector.select(key -> ready(key, opener), (wait - EARLY) / MILLISECOND);
    } else {
      selector.selectNow(key -> ready(key, opener));
    }
  }

  private void ready(SelectionKey key, ConnectionOpener opener) {
    LoadConnection connection = (LoadConnection) key.attachment();
    try {
      int ready = key.readyOps();
      if ((ready & SelectionKey.OP_CONNECT) != 0) {
        opener.connectable(connection);
      }
      if ((ready & SelectionKey.OP_READ) != 0) {
        arrivals.read(connection);
      }
      if ((ready & SelectionKey.OP_WRITE) != 0 && key.isValid()) {
        outgoing.writable(connection);
        owed(connection);
      }
    } catch (IOException e) {
      endings.end(connection, Endings.reason(e));
    } catch (ProtocolException e) {
      endings.end(connection, String.valueOf(e.getMessage()));
    }
  }

  /// Lets the others know what has been counted.
  private void tell(long now) {
    if (now - told < MILLISECOND) {
      return;
    }
    told = now;
    if (now - p99Told > P99_EVERY) {
      p99Told = now;
      p99 = counters.latency.getValueAtPercentile(99);
    }
    tally =
        new Tally(
            counters.ready,
            counters.refused,
            counters.closed,
            counters.arrived,
            counters.received,
            counters.sent,
            p99,
            !measured || owes());
  }

  /// Whether a message of the schedule is still to be sent.
  private boolean owes() {
    if (schedule == null) {
      return false;
    }
    if (schedule.due() != Schedule.NEVER) {
      return true;
    }
    for (int number : senders) {
      LoadConnection sender = connections.get(number / threads);
      if (sender.sent < sender.owed && sender.state == LoadConnection.State.READY) {
        return true;
      }
    }
    return false;
  }

  /// Says goodbye on every connection, and waits a while for the server's.
  private void leave(Selector selector, ConnectionOpener opener) throws IOException {
    for (LoadConnection connection : connections) {
      switch (connection.state) {
        case READY, SLOW, GREETING -> {
          connection.state = LoadConnection.State.LEAVING;
          try {
            outgoing.close(connection, NORMAL);
          } catch (IOException | ProtocolException _) {
            endings.end(connection, "");
          }
        }
        case DIALLING, SHAKING_HANDS -> {
          connection.state = LoadConnection.State.LEAVING;
          endings.end(connection, "");
        }
        case LEAVING, GONE -> {
          // Nobody to say it to.
        }
      }
    }
    long end = System.nanoTime() + GOODBYE;
    while (System.nanoTime() < end && connections.stream().anyMatch(LoadThread::isThere)) {
      await(selector, Math.min(end, System.nanoTime() + 10 * MILLISECOND), opener);
    }
  }

  private static boolean isThere(LoadConnection connection) {
    return connection.state != LoadConnection.State.GONE;
  }
}
