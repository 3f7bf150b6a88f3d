package dev.tertulia.server.net.loop;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.metrics.LocalCounter;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The I/O handler of one loop, which can be told to rest before it polls again: the thread of the
/// loop sleeps, and everything that arrives meanwhile is found together.
///
/// Waiting for I/O with a timeout instead would wake the loop for each incoming message, which is
/// most of the cost to be saved. Owned by the loop, except for [#wakeup].
///
/// An error thrown by Netty's I/O, such as for lack of memory, would end the thread of the loop
/// with all its connections. It is reported, and the loop continues; the operation that failed is
/// ended by its deadline or heartbeat. A loop whose I/O fails every time can't continue.
public final class PacedIoHandler implements IoHandler {
  /// The time without successful I/O after which the loop is given up.
  private static final long LONGEST_FAILURE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final IoHandler inner;
  private final ThreadAwareExecutor loop;
  private final boolean submitsWhenPolled;
  private final EngineGuard guard;
  private final LocalCounter rested = LocalCounter.ofNoMeters();
  private @Nullable LongSupplier rest;

  /// The time since which all I/O has failed, by [System#nanoTime]; only valid if `failing`.
  private long failingSince;

  private boolean failing;

  /// @param submitsWhenPolled whether output reaches the kernel only when the loop polls again
  ///   (io_uring), and not at the flush
  public PacedIoHandler(
      IoHandler inner, ThreadAwareExecutor loop, boolean submitsWhenPolled, EngineGuard guard) {
    this.inner = inner;
    this.loop = loop;
    this.submitsWhenPolled = submitsWhenPolled;
    this.guard = guard;
  }

  /// Whether this is the I/O handler of `executor`.
  @SuppressWarnings("ReferenceEquality") // It is this very loop, or another.
  boolean isOf(Object executor) {
    return loop == executor;
  }

  /// The time for which it has rested, in nanoseconds.
  LocalCounter rested() {
    return rested;
  }

  /// Rests once, after the next submission.
  void restNext(LongSupplier nanos) {
    rest = nanos;
  }

  @Override
  public int run(IoHandlerContext context) {
    LongSupplier resting = rest;
    rest = null;
    try {
      int events = resting == null ? inner.run(context) : runResting(context, resting);
      failing = false;
      return events;
    } catch (Throwable failure) {
      failed(failure);
      return 1;
    }
  }

  private int runResting(IoHandlerContext context, LongSupplier resting) {
    int events = submitsWhenPolled ? inner.run(new NotWaiting(context)) : 0;
    long nanos = resting.getAsLong();
    if (nanos > 0) {
      LockSupport.parkNanos(this, nanos);
      rested.add(nanos);
    }
    return events + inner.run(events == 0 ? context : new NotWaiting(context));
  }

  private void failed(Throwable failure) {
    guard.caught("the input and output of an event loop", failure);
    long now = System.nanoTime();
    if (!failing) {
      failing = true;
      failingSince = now;
    } else if (now - failingSince > LONGEST_FAILURE_NANOS) {
      guard.fatal("the input and output of an event loop fails repeatedly", failure);
    }
  }

  /// The loop as the inner handler sees it when it must poll without waiting.
  private record NotWaiting(IoHandlerContext loop) implements IoHandlerContext {
    @Override
    public boolean canBlock() {
      return false;
    }

    @Override
    public long delayNanos(long currentTimeNanos) {
      return loop.delayNanos(currentTimeNanos);
    }

    @Override
    public long deadlineNanos() {
      return loop.deadlineNanos();
    }
  }

  @Override
  public void initialize() {
    inner.initialize();
  }

  @Override
  public void prepareToDestroy() {
    inner.prepareToDestroy();
  }

  @Override
  public void destroy() {
    inner.destroy();
  }

  @Override
  public IoRegistration register(IoHandle handle) throws Exception {
    return inner.register(handle);
  }

  @Override
  public void wakeup() {
    inner.wakeup();
  }

  @Override
  public boolean isCompatible(Class<? extends IoHandle> handleType) {
    return inner.isCompatible(handleType);
  }
}
