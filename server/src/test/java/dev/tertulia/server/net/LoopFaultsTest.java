package dev.tertulia.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.net.loop.IoTransport;
import dev.tertulia.server.net.loop.Loops;
import dev.tertulia.server.net.loop.NettyLoop;
import dev.tertulia.server.net.loop.PacedIoHandler;
import dev.tertulia.server.testing.Faults;
import dev.tertulia.server.testing.TestServer;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Failures on an event loop, in tasks of any kind and in Netty's own I/O: the loop continues, and
/// the failure is reported.
final class LoopFaultsTest {
  private final EngineGuard guard = EngineGuard.ofNoProcess();

  private void check(Faults fault, int times) {
    assertThat(guard.fault() != null).isEqualTo(fault.isFatal());
    assertThat(guard.survived()).isEqualTo(fault.isFatal() ? 0 : times);
  }

  @ParameterizedTest
  @EnumSource
  void failedTasksDoNotEndTheLoop(Faults fault) throws InterruptedException {
    CountDownLatch repeated = new CountDownLatch(3);
    CountDownLatch once = new CountDownLatch(4);
    try (Loops loops = new Loops(IoTransport.best(), 1, guard)) {
      NettyLoop loop = (NettyLoop) loops.all().getFirst();
      Runnable fails =
          () -> {
            once.countDown();
            fault.raise();
          };
      loop.execute(fails);
      loop.execute(() -> {
        loop.atEndOfTurn(fails);
        loop.chores().add(fails);
        loop.after(Duration.ofMillis(1), fails);
        loop.every(
            Duration.ofMillis(1),
            () -> {
              if (repeated.getCount() > 0) {
                repeated.countDown();
                fault.raise();
              }
            });
      });
      await(once);
      await(repeated);
      CountDownLatch alive = new CountDownLatch(2);
      loop.execute(() -> {
        alive.countDown();
        loop.chores().add(alive::countDown);
      });
      await(alive);
    }
    check(fault, 7);
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void failedInputAndOutputDoesNotEndTheLoop(Faults fault) {
    AtomicInteger runs = new AtomicInteger();
    IoHandler failsOnce =
        new IoHandler() {
          @Override
          public int run(IoHandlerContext context) {
            return runs.incrementAndGet() == 1 ? fault.<Integer>raise() : 5;
          }

          @Override
          public IoRegistration register(IoHandle handle) {
            throw new UnsupportedOperationException();
          }

          @Override
          public void wakeup() {}

          @Override
          public boolean isCompatible(Class<? extends IoHandle> type) {
            return false;
          }
        };
    PacedIoHandler handler = new PacedIoHandler(failsOnce, NOBODY, false, guard);
    assertThat(handler.run(AT_ONCE)).as("there may be more to do").isPositive();
    assertThat(handler.run(AT_ONCE)).isEqualTo(5);
    check(fault, 1);
  }

  private static final io.netty.util.concurrent.ThreadAwareExecutor NOBODY =
      new io.netty.util.concurrent.ThreadAwareExecutor() {
        @Override
        public boolean isExecutorThread(Thread thread) {
          return false;
        }

        @Override
        public void execute(Runnable task) {
          throw new UnsupportedOperationException();
        }
      };

  private static final IoHandlerContext AT_ONCE =
      new IoHandlerContext() {
        @Override
        public boolean canBlock() {
          return false;
        }

        @Override
        public long delayNanos(long now) {
          return 0;
        }

        @Override
        public long deadlineNanos() {
          return 0;
        }
      };
}
