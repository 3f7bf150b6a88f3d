package dev.tertulia.server.http.admin;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/// The readings of all gauges in the last hour: [#CAPACITY] samples, [#PERIOD] apart. It allocates
/// nothing when a sample is added.
///
/// # Concurrency
///
/// One thread at a time adds samples; any thread reads them, without locks. A reader copies samples
/// first, and then drops those that were overwritten meanwhile.
public final class SampleRing {
  /// The number of samples that are kept.
  public static final int CAPACITY = 360;

  /// The time between two samples.
  public static final Duration PERIOD = Duration.ofSeconds(10);

  /// Places for samples that are written while the oldest are read.
  private static final int SPARE = 4;

  private static final int PLACES = CAPACITY + SPARE;

  private static final Gauge[] GAUGES = Gauge.values();

  /// The time, and each gauge.
  private static final int WIDTH = 1 + GAUGES.length;

  private final Gauges gauges;

  /// One sample after the other. Written under the lock of this object.
  private final AtomicLongArray numbers = new AtomicLongArray(PLACES * WIDTH);

  /// The number of samples that were ever added. Written under the lock, after the sample.
  private volatile long added;

  public SampleRing(Gauges gauges) {
    this.gauges = gauges;
  }

  /// Adds a sample.
  ///
  /// @param unixMillis the current time
  public synchronized void add(long unixMillis) {
    long before = added;
    int at = place(before);
    numbers.setOpaque(at, unixMillis);
    for (int i = 0; i < GAUGES.length; i++) {
      numbers.setOpaque(at + 1 + i, gauges.read(GAUGES[i]));
    }
    added = before + 1;
  }

  /// The samples since a time, oldest first: each is the time in Unix milliseconds, and then the
  /// gauges in their order.
  ///
  /// @param after only later samples
  List<long[]> after(long after) {
    long end = added;
    long begin = Math.max(0, end - CAPACITY);
    List<long[]> samples = new ArrayList<>((int) (end - begin));
    for (long i = begin; i < end; i++) {
      long[] sample = new long[WIDTH];
      int at = place(i);
      for (int j = 0; j < WIDTH; j++) {
        sample[j] = numbers.getAcquire(at + j);
      }
      samples.add(sample);
    }
    // What is being written at this moment is the sample with the number `added`.
    long overwritten = added - PLACES + 1 - begin;
    return samples.stream().skip(Math.max(0, overwritten)).filter(s -> s[0] > after).toList();
  }

  private static int place(long index) {
    return (int) (index % PLACES) * WIDTH;
  }
}
