package dev.tertulia.server.net.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.topic.Loop;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class PacedIoHandlerTest {
  private static final long REST = Duration.ofMillis(50).toNanos();

  static Stream<IoTransport> transports() {
    return Arrays.stream(IoTransport.values()).filter(IoTransport::isAvailable);
  }

  @ParameterizedTest
  @MethodSource("transports")
  void aLoopRestsOnceAndThenHandlesPendingInput(IoTransport ioTransport) throws Exception {
    try (Loops loops = new Loops(ioTransport, 1, EngineGuard.ofNoProcess())) {
      Loop loop = loops.all().getFirst();
      CompletableFuture<Long> asked = new CompletableFuture<>();
      loop.execute(() ->
          loop.restAfterTurn(() -> {
            asked.complete(System.nanoTime());
            return REST;
          }));
      long begun = get(asked);
      CompletableFuture<Long> ran = new CompletableFuture<>();
      loop.execute(() -> ran.complete(System.nanoTime()));
      assertThat(get(ran) - begun).isGreaterThanOrEqualTo(REST);
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void aRestOfZeroIsSkipped(IoTransport ioTransport) throws Exception {
    try (Loops loops = new Loops(ioTransport, 1, EngineGuard.ofNoProcess())) {
      Loop loop = loops.all().getFirst();
      CompletableFuture<Boolean> ran = new CompletableFuture<>();
      loop.execute(() -> {
        loop.restAfterTurn(() -> 0);
        loop.execute(() -> ran.complete(true));
      });
      assertThat(get(ran)).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("transports")
  void workTimeExcludesTheRest(IoTransport ioTransport) throws Exception {
    try (Loops loops = new Loops(ioTransport, 1, EngineGuard.ofNoProcess())) {
      Loop loop = loops.all().getFirst();
      CompletableFuture<Long> before = new CompletableFuture<>();
      CompletableFuture<Long> after = new CompletableFuture<>();
      loop.execute(() -> {
        before.complete(loop.workedNanos());
        loop.restAfterTurn(() -> REST);
        loop.execute(() -> after.complete(loop.workedNanos()));
      });
      assertThat(get(after) - get(before)).isPositive().isLessThan(REST);
    }
  }

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(TestServer.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }
}
