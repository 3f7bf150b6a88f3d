package dev.tertulia.server.topic;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A queue in which those who wait take turns: each has one thing taken before any has its next one
/// taken. What one of them has queued stays in its order.
///
/// Not safe for threads, and without a bound: both are the owner's business.
public final class FairQueue<T> {
  /// What each waits for, whose turn is next first.
  private final LinkedHashMap<String, ArrayDeque<T>> turns = new LinkedHashMap<>();

  private int size;

  /// Adds `what` behind all that `whose` waits for already.
  public void add(String whose, T what) {
    turns.computeIfAbsent(whose, key -> new ArrayDeque<>(2)).add(what);
    size++;
  }

  /// Takes the next.
  ///
  /// @return `null` if nothing waits
  public @Nullable T poll() {
    return poll(whose -> false);
  }

  /// Takes the next of those who are not passed over, who keep their turn.
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

  /// How many things wait, of all.
  public int size() {
    return size;
  }

  /// Forgets all.
  public void clear() {
    turns.clear();
    size = 0;
  }
}
