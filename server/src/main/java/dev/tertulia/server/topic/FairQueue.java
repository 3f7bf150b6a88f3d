package dev.tertulia.server.topic;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A queue that serves its users in turn: each user has one element taken before any user has a
/// second one taken. The elements of one user keep their order.
///
/// Not thread-safe and not bounded; the owner must take care of both.
public final class FairQueue<T> {
  /// The waiting elements by user, the next user first.
  private final LinkedHashMap<String, ArrayDeque<T>> turns = new LinkedHashMap<>();

  private int size;

  /// Adds `what` after all waiting elements of the user `whose`.
  public void add(String whose, T what) {
    turns.computeIfAbsent(whose, key -> new ArrayDeque<>(2)).add(what);
    size++;
  }

  /// Removes the next element.
  ///
  /// @return `null` if the queue is empty
  public @Nullable T poll() {
    return poll(whose -> false);
  }

  /// Removes the next element of a user that is not skipped; skipped users keep their turn.
  ///
  /// @return `null` if there is none
  public @Nullable T poll(Predicate<String> passedOver) {
    Iterator<Map.Entry<String, ArrayDeque<T>>> next = turns.entrySet().iterator();
    while (next.hasNext()) {
      Map.Entry<String, ArrayDeque<T>> turn = next.next();
      if (!passedOver.test(turn.getKey())) {
        String whose = turn.getKey();
        ArrayDeque<T> queue = turn.getValue();
        next.remove();
        T what = queue.remove();
        if (!queue.isEmpty()) {
          turns.put(whose, queue);
        }
        size--;
        return what;
      }
    }
    return null;
  }

  /// The number of elements of all users.
  public int size() {
    return size;
  }

  /// Removes all elements.
  public void clear() {
    turns.clear();
    size = 0;
  }
}
