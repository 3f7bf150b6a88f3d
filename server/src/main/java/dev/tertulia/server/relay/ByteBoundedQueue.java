package dev.tertulia.server.relay;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A queue that is bounded by the bytes of its items. Safe for any thread.
///
/// @param <T> an item; its size does not change
final class ByteBoundedQueue<T> {
  private record Sized<T>(T item, int bytes) {}

  private final LinkedBlockingQueue<Sized<T>> items = new LinkedBlockingQueue<>();
  private final AtomicLong bytes = new AtomicLong();
  private final long bound;

  /// @param bound the most bytes of all items together
  public ByteBoundedQueue(long bound) {
    this.bound = bound;
  }

  /// Adds an item, unless it does not fit. Never blocks.
  public boolean offer(T item, int size) {
    if (bytes.addAndGet(size) > bound) {
      bytes.addAndGet(-size);
      return false;
    }
    items.add(new Sized<>(item, size));
    return true;
  }

  /// Adds an item of no size, of which there are few.
  public void add(T item) {
    items.add(new Sized<>(item, 0));
  }

  /// Takes the first item.
  ///
  /// @return `null` if there is none within that time
  public @Nullable T poll(long millis) throws InterruptedException {
    return taken(items.poll(millis, TimeUnit.MILLISECONDS));
  }

  /// Takes the first item; `null` if there is none.
  public @Nullable T poll() {
    return taken(items.poll());
  }

  private @Nullable T taken(@Nullable Sized<T> first) {
    if (first == null) {
      return null;
    }
    bytes.addAndGet(-first.bytes);
    return first.item;
  }

  /// The bytes of all items.
  public long bytes() {
    return bytes.get();
  }
}
