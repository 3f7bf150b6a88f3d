package dev.tertulia.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How much of the disk messages take, as `docs/operating.md` says.
final class DiskSizeTest {
  private static final int MESSAGES = 5_000;

  /// What a message takes besides its text, in bytes; its text takes a quarter more than its
  /// length.
  private static final int BESIDES = 100;

  @ParameterizedTest
  @ValueSource(ints = {20, 200, 1_000})
  void aMessageTakesItsTextAndLittleMore(int length) throws IOException {
    TestServer first =
        TestServer.start(
            Map.of(
                Setting.LIMITS_MESSAGES_PER_SECOND, "0",
                Setting.LIMITS_MESSAGES_PER_SECOND_PER_CLIENT, "0",
                Setting.LIMITS_BYTES_PER_SECOND, "0",
                Setting.LIMITS_BYTES_PER_SECOND_PER_CLIENT, "0"));
    TestServer server = first.restarted();
    long empty = size(server.data());
    try (TestClient ana = TestClient.connect(server, "ana")) {
      for (int i = 0; i < MESSAGES; i++) {
        ana.chat("Ana", (10_000 + i) + "x".repeat(length - 5));
        if (i % 1_000 == 999) {
          String last = "\"" + (10_000 + i) + "x";
          assertThat(ana.next(text -> text.contains(last))).contains("Ana");
        }
      }
    }
    try (TestServer stopped = server.restarted()) {
      long each = (size(stopped.data()) - empty) / MESSAGES;
      System.out.printf("a message of %s characters takes %s bytes%n", length, each);
      assertThat((double) each).isCloseTo(length * 1.25 + BESIDES, Percentage.withPercentage(25));
    }
  }

  private static long size(Path folder) throws IOException {
    return Files.size(folder.resolve("tertulia.sqlite"));
  }
}
