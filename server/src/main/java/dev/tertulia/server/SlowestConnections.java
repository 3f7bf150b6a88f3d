package dev.tertulia.server;

import dev.tertulia.server.connection.ConnectionLoop;
import dev.tertulia.server.connection.SlowView;
import dev.tertulia.server.http.admin.Overview.Slow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/// The slowest connections of all loops. Blocks on the loops.
///
/// @param loops all of them
record SlowestConnections(List<ConnectionLoop> loops) implements IntFunction<List<Slow>> {
  /// The maximum time for the loops to answer, in seconds.
  private static final int PATIENCE_SECONDS = 10;

  @Override
  public List<Slow> apply(int most) {
    List<CompletableFuture<List<SlowView>>> asked =
        loops.stream()
            .map(loop -> loop.slowest(most).orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS))
            .toList();
    List<Slow> found = new ArrayList<>();
    for (CompletableFuture<List<SlowView>> one : asked) {
      one.join().forEach(slow -> found.add(shown(slow)));
    }
    found.sort(Comparator.comparingInt(Slow::waitingBytes).reversed());
    return found.stream().limit(most).toList();
  }

  private static Slow shown(SlowView slow) {
    return new Slow(
        slow.client().value(),
        slow.connection().name(),
        slow.connection().speaks(),
        slow.connection().age(),
        slow.connection().waitingBytes());
  }
}
