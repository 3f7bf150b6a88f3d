package dev.tertulia.server;

import static dev.tertulia.server.testing.ServiceManager.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.engine.Lifecycle;
import dev.tertulia.server.engine.Phase;
import dev.tertulia.server.testing.ServiceManager;
import dev.tertulia.server.testing.TestServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a service manager is told, over a real Unix datagram socket.
final class SupervisorTest {
  @TempDir private Path folder;

  private final Lifecycle lifecycle = new Lifecycle();
  private final EngineGuard guard = EngineGuard.ofNoProcess();

  private String address() {
    return folder.resolve("notify").toString();
  }

  private Supervisor supervisor(Map<String, String> environment) {
    return new Supervisor(environment, lifecycle, Duration.ofSeconds(45), guard);
  }

  private static long micros(List<String> message, String name) {
    return Long.parseLong(value(message, name));
  }

  @Test
  void itIsToldOfEachPhase() {
    try (ServiceManager manager = new ServiceManager(address());
        Supervisor _ = supervisor(Map.of("NOTIFY_SOCKET", address()))) {
      lifecycle.enter(Phase.READY, "");
      assertThat(manager.next("READY=1")).contains("STATUS=serving");
      lifecycle.enter(Phase.DRAINING, "closing");
      List<String> stopping = manager.next("STOPPING=1");
      assertThat(stopping).contains("STATUS=closing");
      assertThat(micros(stopping, "EXTEND_TIMEOUT_USEC"))
          .as("longer than drain and close take")
          .isGreaterThan(TimeUnit.SECONDS.toMicros(45));
      lifecycle.progress("3 of 4 are closed");
      assertThat(value(manager.next("STATUS="), "STATUS")).isEqualTo("3 of 4 are closed");
      lifecycle.enter(Phase.STOPPING, "the storage is being closed");
      assertThat(value(manager.next("STATUS=the"), "STATUS")).contains("storage");
      assertThat(manager.hasHeard("STOPPING=1")).isTrue();
      assertThat(manager.hasHeard("WATCHDOG")).as("it does not wait for it").isFalse();
    }
  }

  @Test
  void anAbstractAddressIsReached() {
    String address = "@tertulia-" + UUID.randomUUID();
    try (ServiceManager manager = new ServiceManager(address);
        Supervisor _ = supervisor(Map.of("NOTIFY_SOCKET", address))) {
      lifecycle.enter(Phase.READY, "");
      assertThat(manager.next("READY=1")).isNotEmpty();
    }
  }

  @Test
  void aStartThatMovesIsGivenMoreTimeAndOneThatHangsIsNot() {
    try (ServiceManager manager = new ServiceManager(address());
        Supervisor _ = supervisor(Map.of("NOTIFY_SOCKET", address()))) {
      // As a unit with TimeoutStartSec=5: each message must come before the one before has expired.
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
      for (int i = 1; i <= 4; i++) {
        lifecycle.progress("migrating: " + i);
        List<String> message = manager.next("STATUS=migrating: " + i);
        assertThat(System.nanoTime() - deadline).as("the manager waits").isNegative();
        deadline =
            System.nanoTime()
                + TimeUnit.MICROSECONDS.toNanos(micros(message, "EXTEND_TIMEOUT_USEC"));
      }
      assertThat(manager.hasHeard("READY=1")).isFalse();
      // It takes as long as it takes, without a word to say: the steps show that it moves.
      lifecycle.progress("migrating: 4");
      assertThat(manager.next("EXTEND_TIMEOUT_USEC=")).noneMatch(line -> line.startsWith("STATUS"));
      await()
          .atMost(TestServer.PATIENCE)
          .during(Duration.ofMillis(1500))
          .untilAsserted(() -> {
            boolean extended = manager.hasHeard("EXTEND");
            manager.forget();
            assertThat(extended).as("it hangs").isFalse();
          });
      lifecycle.enter(Phase.READY, "");
      manager.next("READY=1");
      lifecycle.progress("");
      lifecycle.enter(Phase.DRAINING, "last");
      assertThat(manager.next("STOPPING=1"))
          .as("nothing was extended while it was ready")
          .isNotEmpty();
    }
  }

  @Test
  void signsOfLifeComeAsLongAsItCanGoOn() {
    AtomicReference<@Nullable String> fault = new AtomicReference<>();
    try (ServiceManager manager = new ServiceManager(address());
        Supervisor supervisor =
            supervisor(
                Map.of(
                    "NOTIFY_SOCKET", address(),
                    "WATCHDOG_USEC", "100000",
                    "WATCHDOG_PID", String.valueOf(ProcessHandle.current().pid())))) {
      supervisor.watches(fault::get);
      lifecycle.enter(Phase.READY, "");
      manager.next("WATCHDOG=1");
      manager.next("WATCHDOG=1");
      fault.set("event loop 0 does not respond");
      // One may be on its way.
      await()
          .atMost(TestServer.PATIENCE)
          .during(Duration.ofMillis(300))
          .until(() -> {
            manager.forget();
            return !manager.hasHeard("WATCHDOG=1");
          });
      fault.set(null);
      manager.next("WATCHDOG=1");
    }
  }

  @Test
  void anotherProcessIsWatched() {
    try (ServiceManager manager = new ServiceManager(address());
        Supervisor _ =
            supervisor(
                Map.of("NOTIFY_SOCKET", address(), "WATCHDOG_USEC", "1000", "WATCHDOG_PID", "1"))) {
      lifecycle.enter(Phase.READY, "");
      manager.next("READY=1");
      lifecycle.enter(Phase.DRAINING, "last");
      manager.next("STOPPING=1");
      assertThat(manager.hasHeard("WATCHDOG")).isFalse();
    }
  }

  @Test
  void aReloadIsToldWithItsTime() {
    try (ServiceManager manager = new ServiceManager(address());
        Supervisor supervisor = supervisor(Map.of("NOTIFY_SOCKET", address()))) {
      lifecycle.enter(Phase.READY, "");
      manager.next("READY=1");
      supervisor.reloads(() -> assertThat(manager.next("RELOADING=1")).hasSize(2));
      manager.next("READY=1");
    }
  }

  @Test
  void withoutAManagerNothingHappens() {
    try (Supervisor none = supervisor(Map.of());
        Supervisor gone = supervisor(Map.of("NOTIFY_SOCKET", folder.resolve("gone").toString()));
        Supervisor other = supervisor(Map.of("NOTIFY_SOCKET", "vsock:2:1"))) {
      lifecycle.enter(Phase.READY, "");
      assertThat(none.isPresent()).isFalse();
      assertThat(other.isPresent()).isFalse();
      gone.reloads(() -> {});
      assertThat(guard.fault()).isNull();
    }
  }
}
