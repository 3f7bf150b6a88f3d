package dev.tertulia.server.testing;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import io.netty.util.LeakPresenceDetector;
import java.time.Duration;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Checks after each test that all Netty buffers have been released. Applied to all tests.
public final class BufferLeakCheck implements AfterEachCallback {
  @Override
  public void afterEach(ExtensionContext context) {
    await()
        .pollDelay(Duration.ZERO)
        .atMost(TestServer.PATIENCE)
        .untilAsserted(() ->
            assertThatCode(LeakPresenceDetector::check)
                .as("leaked buffers; -Dtest.leak.stacks=true shows where they were allocated")
                .doesNotThrowAnyException());
  }
}
