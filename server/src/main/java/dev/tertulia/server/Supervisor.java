package dev.tertulia.server;

import dev.tertulia.server.engine.DatagramSocket;
import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.engine.Lifecycle;
import dev.tertulia.server.engine.Phase;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The service manager that has started this process, systemd or one that speaks like it, as
/// `sd_notify(3)` describes: it is told when the server is ready, reloads and ends, what it is
/// doing, and that it can go on.
///
/// While the server starts or ends and its work moves, the time that the manager allows for that is
/// extended, so that a long migration is not killed halfway. Work that hangs is not extended.
///
/// Has its own thread. Without a manager that wants to be told, nothing happens.
final class Supervisor implements AutoCloseable {
  /// For how much longer the manager is to wait each time, while the work moves.
  static final Duration EXTENSION = Duration.ofSeconds(30);

  /// From one look whether the work moves to the next; much shorter than [#EXTENSION].
  private static final Duration LOOK = Duration.ofSeconds(1);

  private static final Logger log = LoggerFactory.getLogger(Supervisor.class);

  private final @Nullable DatagramSocket socket;

  /// From one sign of life to the next; `null` if the manager does not wait for any.
  private final @Nullable Duration signs;

  private final Lifecycle lifecycle;

  /// The longest time that the end takes: drain and close.
  private final Duration longestEnd;

  private final Thread thread;
  private volatile Supplier<@Nullable String> fault = () -> null;
  private volatile boolean open = true;

  /// What the manager was told last. Owned by the thread.
  private Lifecycle.State told = new Lifecycle.State(Phase.STARTING, "");

  /// Owned by the thread.
  private long steps = -1;

  /// Owned by the thread.
  private long signAt = System.nanoTime();

  private boolean failed;

  /// @param environment in which the manager has left its address
  /// @param guard receives failures
  /// @param longestEnd the longest time from the request for the end until the process has ended
  Supervisor(
      Map<String, String> environment,
      Lifecycle lifecycle,
      Duration longestEnd,
      EngineGuard guard) {
    this.lifecycle = lifecycle;
    this.longestEnd = longestEnd;
    socket = socket(environment.getOrDefault("NOTIFY_SOCKET", ""));
    signs = socket == null ? null : signs(environment);
    thread =
        Thread.ofPlatform()
            .name("supervisor")
            .daemon()
            .uncaughtExceptionHandler(guard)
            .unstarted(this::run);
    if (socket != null) {
      thread.start();
      lifecycle.tell(state -> LockSupport.unpark(thread));
    }
  }

  private static @Nullable DatagramSocket socket(String address) {
    if (address.isEmpty()) {
      return null;
    }
    try {
      return DatagramSocket.to(address);
    } catch (IOException e) {
      log.warn(
          "The service manager can't be notified (NOTIFY_SOCKET): {}. Correct the address, or set"
              + " another Type= than notify in the unit",
          e.getMessage());
      return null;
    }
  }

  private static @Nullable Duration signs(Map<String, String> environment) {
    String process = environment.getOrDefault("WATCHDOG_PID", "");
    if (!process.isEmpty() && !process.equals(String.valueOf(ProcessHandle.current().pid()))) {
      return null;
    }
    try {
      long micros = Long.parseLong(environment.getOrDefault("WATCHDOG_USEC", "0"));
      return micros <= 0 ? null : Duration.ofNanos(TimeUnit.MICROSECONDS.toNanos(micros) / 2);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /// Whether a manager is told.
  boolean isPresent() {
    return socket != null;
  }

  /// Sets what may keep the process from going on, which ends the signs of life.
  ///
  /// @param fault returns it; `null` for nothing. Must not block
  void watches(Supplier<@Nullable String> fault) {
    this.fault = fault;
  }

  /// Tells the manager that `reload` reads the configuration again, and when it has.
  void reloads(Runnable reload) {
    // Of HotSpot on Linux, this is CLOCK_MONOTONIC, which the manager compares it with.
    send("RELOADING=1\nMONOTONIC_USEC=" + TimeUnit.NANOSECONDS.toMicros(System.nanoTime()));
    try {
      reload.run();
    } finally {
      send("READY=1");
    }
  }

  @Override
  public void close() {
    open = false;
    LockSupport.unpark(thread);
  }

  private void run() {
    while (open) {
      look();
      LockSupport.parkNanos(this, untilNext());
    }
    if (socket != null) {
      socket.close();
    }
  }

  private long untilNext() {
    long look = LOOK.toNanos();
    return signs == null ? look : Math.clamp(signAt - System.nanoTime(), 1, look);
  }

  /// Sends what is due.
  private void look() {
    // First, so that what is reported meanwhile is seen as a step the next time.
    long now = lifecycle.steps();
    Lifecycle.State state = lifecycle.state();
    List<String> lines = new ArrayList<>();
    boolean entered = state.phase() != told.phase();
    if (entered && told.phase() == Phase.STARTING) {
      lines.add("READY=1");
    }
    if (entered
        && told.phase().compareTo(Phase.DRAINING) < 0
        && state.phase().compareTo(Phase.DRAINING) >= 0) {
      lines.add("STOPPING=1");
      extend(lines, longestEnd.plus(EXTENSION));
    }
    boolean moves = now != steps || !state.equals(told);
    if (state.phase() != Phase.READY && moves) {
      extend(lines, state.phase() == Phase.DRAINING ? longestEnd.plus(EXTENSION) : EXTENSION);
    }
    steps = now;
    if (!state.equals(told)) {
      String progress = state.phase() == Phase.READY ? "serving" : state.progress();
      lines.add("STATUS=" + progress.lines().findFirst().orElse(""));
    }
    told = state;
    if (signs != null && signAt - System.nanoTime() <= 0) {
      signAt = System.nanoTime() + signs.toNanos();
      if (fault.get() == null) {
        lines.add("WATCHDOG=1");
      }
    }
    if (!lines.isEmpty()) {
      send(String.join("\n", lines));
    }
  }

  private static void extend(List<String> lines, Duration time) {
    String line = "EXTEND_TIMEOUT_USEC=" + TimeUnit.NANOSECONDS.toMicros(time.toNanos());
    if (!lines.contains(line)) {
      lines.add(line);
    }
  }

  private void send(String message) {
    if (socket == null) {
      return;
    }
    try {
      socket.send(message);
    } catch (IOException e) {
      if (!failed) {
        failed = true;
        log.warn(
            "The service manager can't be notified (NOTIFY_SOCKET) any more: {}. Restart the"
                + " unit if it stops it for that",
            e.getMessage());
      }
    }
  }
}
