package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// How a process ends. Each test runs a separate process.
@Tag("system")
final class ProcessEndTest {
  /// The process: what it is to do stands in its argument.
  static final class Subject {
    private Subject() {}

    public static void main(String[] arguments) throws InterruptedException {
      ProcessEnd end = new ProcessEnd(Duration.ofSeconds(1));
      EngineGuard guard = new EngineGuard(cause -> end.fail(EngineGuard.EXIT_CODE));
      CountDownLatch never = new CountDownLatch(1);
      Thread hook = new Thread(end::drainAndWait);
      end.ends(() -> {
        System.out.println("closes");
        if (arguments[0].contains("serves")) {
          // Once the hook is over the JVM waits for nothing that is being closed.
          while (hook.getState() != Thread.State.WAITING) {
            if (hook.getState() == Thread.State.TERMINATED) {
              await(never);
            }
            Thread.onSpinWait();
          }
        } else if (arguments[0].contains("hangs")) {
          await(never);
        } else if (arguments[0].contains("fails")) {
          throw new StackOverflowError("on purpose");
        }
      });
      Runtime.getRuntime().addShutdownHook(hook);
      System.out.println("runs");
      if (arguments[0].contains("loop")) {
        Thread loop = Thread.ofPlatform().name("loop-7").unstarted(() -> {});
        guard.watch(loop).start();
        loop.join();
        guard.fault();
      } else if (arguments[0].contains("heap")) {
        guard.caught("a loop", new OutOfMemoryError("Java heap space"));
      }
      await(never);
    }

    private static void await(CountDownLatch latch) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private record Ended(int exit, String output) {}

  private static Ended run(String what, boolean terminate)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-Xmx64m",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Subject.class.getName(),
                    what))
            .redirectErrorStream(true)
            .start();
    // Reading its output has no bound of its own.
    CompletableFuture<Process> killed =
        CompletableFuture.supplyAsync(
            process::destroyForcibly,
            CompletableFuture.delayedExecutor(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS));
    try {
      StringBuilder output = new StringBuilder();
      var lines = process.inputReader(StandardCharsets.UTF_8);
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        output.append(line).append('\n');
        if (terminate && line.equals("runs")) {
          process.toHandle().destroy();
        }
      }
      assertThat(process.waitFor(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      return new Ended(process.exitValue(), output.toString());
    } finally {
      killed.cancel(false);
      process.destroyForcibly();
    }
  }

  @Test
  void aTerminationRequestClosesTheServerAndExitsWithZero() throws Exception {
    Ended ended = run("serves", true);
    assertThat(ended.exit()).as(ended.output()).isZero();
    assertThat(ended.output()).contains("closes").contains("Tertulia has stopped");
  }

  @Test
  void aHangingShutdownIsForcedToEnd() throws Exception {
    Ended ended = run("hangs", true);
    assertThat(ended.exit()).as(ended.output()).isEqualTo(EngineGuard.EXIT_CODE);
    assertThat(ended.output()).contains("did not stop within 1 seconds");
  }

  @Test
  void aFailedShutdownEndsTheProcess() throws Exception {
    Ended ended = run("fails", true);
    assertThat(ended.exit()).as(ended.output()).isZero();
    assertThat(ended.output()).contains("on purpose");
  }

  @Test
  void aDeadLoopEndsTheProcess() throws Exception {
    Ended ended = run("loop", false);
    assertThat(ended.exit()).as(ended.output()).isEqualTo(EngineGuard.EXIT_CODE);
    assertThat(ended.output()).contains("loop-7").contains("closes");
  }

  @Test
  void aFatalFailureEndsTheProcessEvenIfTheShutdownHangs() throws Exception {
    Ended ended = run("heap hangs", false);
    assertThat(ended.exit()).as(ended.output()).isEqualTo(EngineGuard.EXIT_CODE);
    assertThat(ended.output()).contains("Java heap space");
  }
}
