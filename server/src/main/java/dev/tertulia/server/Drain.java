package dev.tertulia.server;

import dev.tertulia.server.config.Config;
import dev.tertulia.server.connection.Connection;
import dev.tertulia.server.connection.ConnectionRegistry;
import dev.tertulia.server.engine.Lifecycle;
import dev.tertulia.server.engine.Phase;
import dev.tertulia.server.http.admin.DrainRoute;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The drain of a server that is to end, so that its clients come back evenly, and none at a time
/// at which nobody answers.
///
/// First [Phase#DRAINING] makes the server not ready, and for a while everyone is served, because
/// load balancers are slow to notice. Then the connections are closed in slices over a period. A
/// client that connects meanwhile is accepted, told to come back, and closed; requests over HTTP
/// are answered until the end.
///
/// # When clients come back
///
/// The data folder belongs to one process, so there is nothing to come back to before this one has
/// ended and the next has started. Each client is told to wait until [#RESTART] after the last
/// slice and then for as long as corresponds to its place among all clients, so that they come back
/// at the same even pace at which they were sent away. Clients that can't be told a wait come back
/// evenly if they take equally long about it.
///
/// Run once, by one thread; the other methods are for any thread.
final class Drain implements DrainRoute.Progress {
  /// How long it takes, in general, from the last slice until the next process serves.
  static final Duration RESTART = Duration.ofSeconds(2);

  /// The time between two slices.
  private static final Duration SLICE = Duration.ofMillis(100);

  /// The shortest time between two clients that come back, up to [#LONGEST_RETURN] for all: if all
  /// connections are closed at once, their clients still don't come back at once.
  private static final Duration BETWEEN_RETURNS = Duration.ofMillis(4);

  private static final Duration LONGEST_RETURN = Duration.ofSeconds(20);

  /// How long the connections of the last slice may take to close.
  private static final Duration LAST_SLICE = Duration.ofSeconds(4);

  /// From one look at these to the next.
  private static final Duration LOOK = Duration.ofMillis(10);

  private static final Logger log = LoggerFactory.getLogger(Drain.class);

  private final Lifecycle lifecycle;
  private final ConnectionRegistry registry;
  private final Config.Drain plan;
  private final AtomicBoolean begun = new AtomicBoolean();
  private final CountDownLatch hurried = new CountDownLatch(1);
  private final AtomicReference<DrainRoute.Status> status;

  /// @param lifecycle is told how far it is
  /// @param registry the connections to close
  Drain(Lifecycle lifecycle, ConnectionRegistry registry, Config.Drain plan) {
    this.lifecycle = lifecycle;
    this.registry = registry;
    this.plan = plan;
    status = new AtomicReference<>(new DrainRoute.Status(DrainRoute.Stage.WAITING, 0, 0));
  }

  /// The longest time that [#run] takes.
  Duration longest() {
    return longest(plan);
  }

  /// The longest time that a drain takes.
  static Duration longest(Config.Drain plan) {
    return plan.grace().plus(plan.period()).plus(LAST_SLICE);
  }

  /// Ends all waits: what is left is closed at once.
  void hurry() {
    hurried.countDown();
  }

  @Override
  public DrainRoute.Status status() {
    return status.get();
  }

  /// Drains. A second call has no effect.
  void run() {
    if (!begun.compareAndSet(false, true)) {
      return;
    }
    int open = registry.connections();
    boolean atOnce = plan.grace().plus(plan.period()).isZero() || hurried.getCount() == 0;
    if (!atOnce) {
      log.info(
          "Draining: {} connections are served for {} s more and then closed over {} s; a second"
              + " signal ends the server at once",
          open,
          seconds(plan.grace()),
          seconds(plan.period()));
    }
    lifecycle.enter(Phase.DRAINING, "the server is ending: everyone is served for a moment more");
    status.set(new DrainRoute.Status(DrainRoute.Stage.GRACE, 0, open));
    await(System.nanoTime() + plan.grace().toNanos());
    closeAll();
    status.set(
        new DrainRoute.Status(
            DrainRoute.Stage.DRAINED, status.get().connections(), status.get().connections()));
    if (!atOnce) {
      log.info("Drained: {} connections are left", registry.connections());
    }
  }

  private void closeAll() {
    long began = System.nanoTime();
    long closedAt = began + plan.period().toNanos();
    long backAt = closedAt + RESTART.toNanos();
    // Of a client that connects meanwhile, whose place is left to chance.
    long atLeast = plan.period().toNanos();
    List<Connection> all =
        registry.part(
            () -> until(backAt + ThreadLocalRandom.current().nextLong(Math.max(1, atLeast))));
    int count = all.size();
    long returns =
        Math.max(atLeast, Math.min(LONGEST_RETURN.toNanos(), count * BETWEEN_RETURNS.toNanos()));
    // With nobody to send away there is nothing to spread.
    int slices = count == 0 ? 0 : Math.max(1, Math.toIntExact(plan.period().dividedBy(SLICE)));
    int closed = 0;
    for (int slice = 1; slice <= slices; slice++) {
      boolean gently = await(began + slice * plan.period().toNanos() / slices);
      int end = gently ? (int) ((long) count * slice / slices) : count;
      int first = closed;
      ConnectionRegistry.part(
          all.subList(first, end),
          gently,
          i -> until(backAt + (long) ((double) returns * (first + i) / count)));
      closed = end;
      status.set(new DrainRoute.Status(DrainRoute.Stage.CLOSING, closed, count));
      lifecycle.progress(
          "the server is ending: %s of %s connections are closed".formatted(closed, count));
      if (!gently) {
        break;
      }
    }
    long deadline = System.nanoTime() + LAST_SLICE.toNanos();
    while (registry.connections() > 0 && System.nanoTime() - deadline < 0) {
      if (!await(System.nanoTime() + LOOK.toNanos())) {
        ConnectionRegistry.part(all, /* gently= */ false, i -> until(backAt));
        return;
      }
    }
  }

  /// Waits until a moment.
  ///
  /// @return `false` if nothing is waited for any more
  private boolean await(long nanoTime) {
    try {
      return !hurried.await(Math.max(0, nanoTime - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static Duration until(long nanoTime) {
    return Duration.ofNanos(Math.max(0, nanoTime - System.nanoTime()));
  }

  private static String seconds(Duration time) {
    return time.toMillis() % 1000 == 0
        ? String.valueOf(time.toSeconds())
        : String.valueOf(time.toMillis() / 1000.0);
  }
}
