package dev.tertulia.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.internal.OutOfDirectMemoryError;
import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/// Which failures are survived, and which end the process.
final class EngineGuardTest {
  private final List<String> ends = new ArrayList<>();
  private final EngineGuard guard = new EngineGuard(ends::add);

  @Test
  void continuesAfterASurvivableFailure() throws Exception {
    guard.caught("a test", new IllegalStateException("a defect"));
    guard.caught("a test", new StackOverflowError());
    guard.caught("a test", new NoClassDefFoundError("dev/tertulia/Nothing"));
    guard.caught("a test", direct());
    guard.caught("a test", new OutOfMemoryError("Cannot reserve 1 bytes of direct buffer memory"));
    guard.caught("a test", new OutOfMemoryError("unable to create native thread"));
    assertThat(guard.fault()).isNull();
    assertThat(ends).isEmpty();
  }

  @Test
  void endsTheProcessOnceAfterAnUnsurvivableFailure() {
    guard.caught("the journal", new OutOfMemoryError("Java heap space"));
    guard.caught("a loop", new InternalError());
    assertThat(guard.fault()).contains("the journal").contains("Java heap space");
    assertThat(ends).containsExactly(guard.fault());
  }

  @Test
  void aWatchedThreadMustNotEnd() throws InterruptedException {
    CountDownLatch go = new CountDownLatch(1);
    Thread loop =
        guard.watch(Thread.ofPlatform().name("loop-7").start(() -> awaitUninterruptibly(go)));
    assertThat(guard.fault()).isNull();
    go.countDown();
    loop.join();
    assertThat(guard.fault()).contains("loop-7");
    assertThat(ends).hasSize(1);
  }

  @Test
  void aReleasedThreadMayEnd() throws InterruptedException {
    CountDownLatch go = new CountDownLatch(1);
    Thread loop = guard.watch(Thread.ofPlatform().start(() -> awaitUninterruptibly(go)));
    guard.release(loop);
    go.countDown();
    loop.join();
    assertThat(guard.fault()).isNull();
  }

  @Test
  void anUncaughtFailureIsFatalOnAWatchedThreadOnly() {
    Thread other = Thread.ofPlatform().name("other").unstarted(() -> {});
    guard.uncaughtException(other, new IllegalStateException("a defect"));
    assertThat(guard.fault()).isNull();
    Thread loop = guard.watch(Thread.ofPlatform().name("loop-7").unstarted(() -> {}));
    guard.uncaughtException(loop, new IllegalStateException("a defect"));
    assertThat(guard.fault()).contains("loop-7").contains("a defect");
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Netty's own, which only Netty makes.
  static OutOfDirectMemoryError direct() throws ReflectiveOperationException {
    Constructor<OutOfDirectMemoryError> constructor =
        OutOfDirectMemoryError.class.getDeclaredConstructor(String.class);
    constructor.setAccessible(true);
    return constructor.newInstance("injected by a test");
  }
}
