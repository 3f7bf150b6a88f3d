package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.TestServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Two processes on one data folder, as when an orchestrator starts the new server before the old
/// one has ended.
@Tag("system")
final class SecondServerTest {
  @Test
  void itExitsNamesTheLockAndHarmsNothing() {
    try (TestServer first = TestServer.start()) {
      ServerUnderTest.Ended second =
          ServerUnderTest.run("serve", "--port", "0", "--data", first.data().toString());
      assertThat(second.exit()).as(second.output()).isEqualTo(2);
      assertThat(second.output())
          .contains(first.data().toString(), "is in use by another server")
          .contains(", process " + ProcessHandle.current().pid())
          .contains("holds the lock " + first.data().resolve("lock"));
      assertThat(first.data().resolve("lock")).exists();
    }
  }
}
