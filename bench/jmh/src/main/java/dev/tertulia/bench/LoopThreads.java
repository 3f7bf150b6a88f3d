package dev.tertulia.bench;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Runs benchmarks on threads like those of event loops, where Netty's pools behave as they do
/// there.
public final class LoopThreads extends ThreadPoolExecutor {
  /// Makes JMH use this class.
  static final String CUSTOM = "-Djmh.executor=CUSTOM";

  static final String CLASS = "-Djmh.executor.class=dev.tertulia.bench.LoopThreads";

  /// Called by JMH.
  public LoopThreads(int threads, String prefix) {
    super(
        threads,
        threads,
        0,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
        new DefaultThreadFactory(prefix));
  }
}
