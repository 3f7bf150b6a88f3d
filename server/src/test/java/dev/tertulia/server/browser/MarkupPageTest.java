package dev.tertulia.server.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.TestServer;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The markup of messages: what it makes of texts, also of random and of hostile ones.
@Tag("system")
final class MarkupPageTest {
  @Test
  void aTextKeepsItsCharactersAndOnlyBecomesWhatItMay() {
    int seed = ThreadLocalRandom.current().nextInt();
    try (TestServer server = TestServer.start();
        Browser browser = Browser.speaking("es")) {
      Tab tab = browser.open(server.http("/health/live"));
      assertThat((List<?>) tab.runFile("markup.js", seed)).as("seed %d", seed).isEmpty();
    }
  }
}
