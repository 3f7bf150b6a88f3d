package dev.tertulia.client.load;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// One run, from the first connection to the report. The thread that calls [#run] coordinates: it
/// tells the load threads when to send, samples what the server uses, and sleeps in between.
public final class LoadRun {
  private static final Path PROC = Path.of("/proc");
  private static final Duration STEP = Duration.ofMillis(5);
  private static final long TELL_EVERY = 250_000_000;
  private static final long START_IN = 20_000_000;

  /// How long it may take to see what became of those that did not read.
  private static final long SLOW_ONES = 1_000_000_000;

  private static final int HOPELESS = 100;

  private final LoadPlan plan;
  private final LoadProgress progress;
  private final RunState runState = new RunState(new Marker(new SecureRandom().nextInt()));
  private final List<LoadThread> load = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();

  private LoadProgress.Stage stage = LoadProgress.Stage.CONNECTING;
  private long stageBegan;
  private double stageLength;
  private long told;
  private long arrivedTold;

  public LoadRun(LoadPlan plan, LoadProgress progress) {
    this.plan = plan;
    this.progress = progress;
  }

  /// Runs it, for as long as the plan says.
  ///
  /// @throws CannotRunException if it can't be done; nothing is left open
  /// @throws InterruptedException if the caller is interrupted; nothing is left open
  public LoadReport run() throws InterruptedException {
    List<InetSocketAddress> servers = plan.targets().stream().map(LoadRun::resolve).toList();
    OpenFiles.require(plan.crowd().connections(), PROC.resolve("self/limits"));
    ServerProcesses processes = processes(servers);
    long rssBefore = processes == null ? 0 : processes.rssKb();
    for (int i = 0; i < plan.crowd().threads(); i++) {
      LoadThread part = new LoadThread(i, plan, runState, servers);
      load.add(part);
      threads.add(Thread.ofPlatform().name("load-" + i).start(part));
    }
    try {
      return run(processes, rssBefore);
    } finally {
      runState.end();
      for (Thread thread : threads) {
        thread.join();
      }
    }
  }

  private LoadReport run(@Nullable ServerProcesses processes, long rssBefore)
      throws InterruptedException {
    enter(LoadProgress.Stage.CONNECTING, 0);
    int connections = plan.crowd().connections();
    await(() -> tally().settled() >= connections || isHopeless(tally()));
    final long began = stageBegan;
    if (tally().ready() == 0) {
      stop();
      throw new CannotRunException(whyNone());
    }
    Pace pace = plan.pace();
    enter(LoadProgress.Stage.SETTLING, pace.settle().toNanos() / 1e9);
    Usage.rehearse(processes);
    awaitTime(stageBegan + pace.settle().toNanos());
    final long rssAfter = processes == null ? 0 : processes.rssKb();

    Timetable when = Timetable.of(System.nanoTime() + START_IN, pace);
    runState.begin(when);
    enter(LoadProgress.Stage.WARMING_UP, pace.warmUp().toNanos() / 1e9);
    awaitTime(when.from());
    Usage before = Usage.now(processes);
    enter(LoadProgress.Stage.MEASURING, pace.time().toNanos() / 1e9);
    awaitTime(when.until());
    Usage after = Usage.now(processes);
    enter(LoadProgress.Stage.DRAINING, pace.drain().toNanos() / 1e9);
    long drained = stageBegan + pace.drain().toNanos();
    long slowOnesRead = plan.crowd().slowReaders() == 0 ? stageBegan : stageBegan + SLOW_ONES;
    await(() -> {
      long now = System.nanoTime();
      return now >= drained || (now >= slowOnesRead && hasAllCome());
    });
    stop();
    LoadReport.ServerUse use =
        processes == null
            ? null
            : new LoadReport.ServerUse(
                processes.pids(), after.serverCores(before), rssBefore, rssAfter);
    return report(began, use, after.ownCores(before));
  }

  private static InetSocketAddress resolve(Target target) {
    try {
      return new InetSocketAddress(InetAddress.getByName(target.host()), target.port());
    } catch (UnknownHostException _) {
      throw new CannotRunException("unknown host '%s'".formatted(target.host()));
    }
  }

  private @Nullable ServerProcesses processes(List<InetSocketAddress> servers) {
    List<Long> pids = plan.pids();
    if (pids.isEmpty()
        && servers.stream().allMatch(server -> server.getAddress().isLoopbackAddress())) {
      pids =
          servers.stream()
              .flatMap(server -> Listeners.on(PROC, server.getPort()).stream())
              .distinct()
              .toList();
    }
    return pids.isEmpty() ? null : new ServerProcesses(PROC, pids);
  }

  /// If nothing listens, or the first connections are refused, the others are not tried.
  private static boolean isHopeless(Tally tally) {
    return tally.ready() == 0 && tally.refused() >= HOPELESS;
  }

  private String whyNone() {
    FailureReasons why = new FailureReasons();
    load.forEach(part -> why.add(part.counters().refusals));
    String address =
        plan.targets().stream()
            .map(target -> target.host() + ":" + target.port())
            .collect(Collectors.joining(", "));
    return why.counts().keySet().equals(java.util.Set.of("Connection refused"))
        ? "nothing listens at %s: start the server (./tertulia serve), or give --url"
            .formatted(address)
        : "all connections to %s failed: %s".formatted(address, why);
  }

  private Tally tally() {
    Tally sum = Tally.NOTHING;
    for (LoadThread part : load) {
      Throwable failure = part.failure();
      if (failure instanceof CannotRunException cannot) {
        throw cannot;
      } else if (failure != null) {
        throw new IllegalStateException("a load thread failed", failure);
      }
      sum = sum.plus(part.tally());
    }
    return sum;
  }

  /// How many deliveries the messages sent so far should make, if every connection holds.
  private long expected(Tally tally) {
    long readers = (long) tally.ready() - plan.crowd().slowReaders();
    return switch (plan.dialogue().expect()) {
      case ALL -> tally.sent() * readers;
      case OTHERS -> tally.sent() * (readers - 1L);
      case SENDER -> tally.sent();
    };
  }

  private boolean hasAllCome() {
    Tally tally = tally();
    return !tally.sending() && tally.received() >= expected(tally);
  }

  private void stop() throws InterruptedException {
    runState.end();
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /// Sleeps for as long as possible, because waking up takes the CPU from a load thread.
  private void awaitTime(long time) throws InterruptedException {
    for (long left = time - System.nanoTime(); left > 0; left = time - System.nanoTime()) {
      if (System.nanoTime() - told >= TELL_EVERY) {
        tell();
      }
      Thread.sleep(Duration.ofNanos(Math.min(left, TELL_EVERY)));
    }
  }

  private void await(BooleanSupplier what) throws InterruptedException {
    while (!what.getAsBoolean()) {
      if (System.nanoTime() - told >= TELL_EVERY) {
        tell();
      }
      Thread.sleep(STEP);
    }
  }

  private void enter(LoadProgress.Stage next, double length) {
    stage = next;
    stageBegan = System.nanoTime();
    stageLength = length;
    tell();
  }

  private void tell() {
    long now = System.nanoTime();
    Tally tally = tally();
    double rate = told == 0 ? 0 : (tally.arrived() - arrivedTold) * 1e9 / (now - told);
    told = now;
    arrivedTold = tally.arrived();
    progress.at(
        new LoadProgress.Moment(
            stage,
            (now - stageBegan) / 1e9,
            stageLength,
            tally.ready(),
            tally.refused(),
            tally.closed(),
            rate,
            tally.p99Micros() / 1e3,
            Math.max(0, expected(tally) - tally.received())));
  }

  private LoadReport report(long began, LoadReport.@Nullable ServerUse use, double ownCores) {
    Counters sum = new Counters();
    long latest = 0;
    for (LoadThread part : load) {
      Counters counters = part.counters();
      sum.ready += counters.ready;
      sum.refused += counters.refused;
      sum.closed += counters.closed;
      sum.slowClosed += counters.slowClosed;
      sum.sent += counters.sent;
      sum.heldBack += counters.heldBack;
      sum.received += counters.received;
      sum.rate += counters.rate;
      sum.lastReady = Math.max(sum.lastReady, counters.lastReady);
      sum.latency.add(counters.latency);
      sum.connecting.add(counters.connecting);
      sum.refusals.add(counters.refusals);
      sum.endings.add(counters.endings);
      latest = Math.max(latest, counters.lateNanos);
    }
    long expected = 0;
    long lost = 0;
    long surplus = 0;
    for (LoadThread part : load) {
      for (LoadConnection connection : part.connections()) {
        if (connection.counts) {
          long due = expected(connection, sum.sent);
          expected += due;
          lost += Math.max(0, due - connection.received);
          surplus += Math.max(0, connection.received - due);
        }
      }
    }
    Histogram latency = sum.latency;
    return new LoadReport(
        plan,
        sum.ready,
        sum.refused,
        sum.closed,
        sum.slowClosed,
        (sum.lastReady - began) / 1e9,
        sum.connecting,
        plan.pace().time().toNanos() / 1e9,
        sum.sent,
        sum.heldBack,
        latest / 1e6,
        expected,
        sum.received,
        lost,
        surplus,
        sum.rate,
        latency,
        use,
        ownCores,
        sum.refusals,
        sum.endings);
  }

  private long expected(LoadConnection connection, long sent) {
    return switch (plan.dialogue().expect()) {
      case ALL -> sent;
      case OTHERS -> sent - connection.sentMeasured;
      case SENDER -> connection.sentMeasured;
    };
  }

  /// Processor time, at one moment.
  ///
  /// @param server `null` if its processes are not known
  private record Usage(long at, ServerProcesses.@Nullable Time server, long own) {
    private static final int REHEARSALS = 20;

    static Usage now(@Nullable ServerProcesses processes) {
      long own = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
      return new Usage(System.nanoTime(), processes == null ? null : processes.time(), own);
    }

    /// Does the same for nothing, so that it is quick when the measuring begins: the core that it
    /// runs on may be the one that a load thread needs.
    static void rehearse(@Nullable ServerProcesses processes) {
      Usage before = now(processes);
      for (int i = 0; i < REHEARSALS; i++) {
        Usage after = now(processes);
        after.serverCores(before);
        after.ownCores(before);
      }
    }

    double serverCores(Usage before) {
      return server == null || before.server == null
          ? 0
          : (double) server.since(before.server) / (at - before.at);
    }

    double ownCores(Usage before) {
      return (double) (own - before.own) / (at - before.at);
    }
  }
}
