package dev.tertulia.server.model;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/// An answer to which the nodes of a cluster contribute, as far as they did in time.
///
/// @param value what is known: from this node, and from all others except the missing ones
/// @param missing the nodes that did not contribute, ordered by name; empty on a single node
public record Partial<T>(T value, List<NodeName> missing) {
  /// The longest time that other nodes are waited for. Those that have not answered are missing.
  public static final Duration PATIENCE = Duration.ofSeconds(2);

  public Partial {
    missing = List.copyOf(missing);
  }

  /// An answer to which nothing is missing.
  public static <T> Partial<T> whole(T value) {
    return new Partial<>(value, List.of());
  }

  /// The same answer in another form.
  public <R> Partial<R> map(Function<? super T, ? extends R> form) {
    return new Partial<>(form.apply(value), missing);
  }
}
