package dev.tertulia.server.testing;

import static org.awaitility.Awaitility.await;

import io.netty.util.LeakPresenceDetector;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Sees to it that after each test every buffer of Netty's has been released. Applied to all tests.
public final class NothingLeaks implements AfterEachCallback {
  @Override
  public void afterEach(ExtensionContext context) {
    await().atMost(TestServer.PATIENCE).untilAsserted(LeakPresenceDetector::check);
  }
}
