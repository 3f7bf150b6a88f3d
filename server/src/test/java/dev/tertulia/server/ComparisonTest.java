package dev.tertulia.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// `bench/compare` reckons and draws correctly, and the published results are what it made of their
/// runs. It measures nothing here.
@Tag("system")
final class ComparisonTest {
  private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

  @Test
  void theComparisonPassesItsOwnTest() throws Exception {
    Process process = start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
  }

  private static Process start() {
    try {
      return new ProcessBuilder("python3", PROJECT + "/bench/compare", "--self-test")
          .redirectErrorStream(true)
          .start();
    } catch (IOException e) {
      throw new AssertionError(
          "this needs Python 3: install it (Debian: apt-get install python3)", e);
    }
  }
}
