package dev.tertulia.server.net.loop;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.topic.Loop;
import io.netty.channel.Channel;
import io.netty.channel.SingleThreadEventLoop;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// An event loop of Netty, with the memory that its connections share while they are read. Failures
/// of its tasks are reported to the [EngineGuard], and the loop continues.
public final class NettyLoop implements Loop {
  private static final int SCRATCH_BYTES = 4096;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final int index;
  private final SingleThreadEventLoop loop;
  private final Consumer<LongSupplier> rest;
  private final EngineGuard guard;
  private final DeferredTasks deferredTasks;
  private byte[] scratch = new byte[SCRATCH_BYTES];

  /// What connections share, by its class: as many as there are classes that ask for it. Owned by
  /// the loop.
  private final Map<Class<?>, AutoCloseable> shared = new HashMap<>(2);

  /// @param rest makes `loop` sleep before it polls again
  public NettyLoop(
      int index, SingleThreadEventLoop loop, Consumer<LongSupplier> rest, EngineGuard guard) {
    this.index = index;
    this.loop = loop;
    this.rest = rest;
    this.guard = guard;
    deferredTasks = new DeferredTasks(this, System::nanoTime, guard);
  }

  @Override
  public int index() {
    return index;
  }

  @Override
  public void execute(Runnable task) {
    loop.execute(() -> guarded(task));
  }

  @Override
  public void atEndOfTurn(Runnable task) {
    loop.executeAfterEventLoopIteration(() -> guarded(task));
  }

  @Override
  public void restAfterTurn(LongSupplier nanos) {
    rest.accept(nanos);
  }

  @Override
  public long workedNanos() {
    return THREADS.getCurrentThreadCpuTime();
  }

  @Override
  public void after(Duration delay, Runnable task) {
    loop.schedule(() -> guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void every(Duration period, Runnable task) {
    loop.scheduleAtFixedRate(
        () -> guarded(task), period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
  }

  /// The guard that receives failures.
  public EngineGuard guard() {
    return guard;
  }

  /// The tasks that may be deferred. For the loop only.
  public DeferredTasks chores() {
    return deferredTasks;
  }

  /// Registers the accepted `channel` with this loop.
  public void register(Channel channel) {
    loop.register(channel);
  }

  /// Whether `channel` belongs to this loop.
  @SuppressWarnings("ReferenceEquality") // It is this very loop, or another.
  boolean owns(Channel channel) {
    return channel.eventLoop() == loop;
  }

  /// Without this, a scheduled task would fail silently, and a repeated one would never run again.
  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (Throwable failure) {
      guard.caught("a task of an event loop", failure);
    }
  }

  /// A scratch array of at least `length` bytes, valid until the next call. It grows to the largest
  /// message and is kept. For the loop only.
  public byte[] scratch(int length) {
    if (scratch.length < length) {
      scratch = Arrays.copyOf(scratch, Integer.highestOneBit(length - 1) * 2);
    }
    return scratch;
  }

  /// The one object of a class that all connections of this loop share, created on first use and
  /// closed after the loop has ended. For the loop only.
  public <T extends AutoCloseable> T shared(Class<T> type, Supplier<T> constructor) {
    AutoCloseable object = shared.get(type);
    if (object == null) {
      object = constructor.get();
      shared.put(type, object);
    }
    return type.cast(object);
  }

  /// Closes what its connections shared. Called after the loop has ended.
  public void release() {
    for (AutoCloseable object : shared.values()) {
      try {
        object.close();
      } catch (Exception failure) {
        guard.caught("the end of an event loop", failure);
      }
    }
    shared.clear();
  }
}
