package dev.tertulia.server.http.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.tertulia.server.http.api.AppendAwaiter.Settled;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.topic.Journal.Appended;
import dev.tertulia.server.topic.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class AppendAwaiterTest {
  /// A journal that answers the first, and then nobody.
  @Test
  void theTimeoutOfARequestCoversAllItsDrafts() {
    AppendAwaiter appendAwaiter = new AppendAwaiter(Language.EN, Duration.ofMillis(100));
    List<Integer> thousand = IntStream.range(0, 1000).boxed().toList();
    List<Settled> all =
        assertTimeoutPreemptively(
            TestServer.PATIENCE,
            () ->
                appendAwaiter.awaitAll(
                    thousand,
                    (number, receipt) -> {
                      if (number == 0) {
                        receipt.settled(new Outcome.Noted());
                      }
                      return Appended.QUEUED;
                    }));
    assertThat(all.getFirst().refusal()).isNull();
    assertThat(all.subList(1, 1000))
        .allMatch(
            settled -> settled.refusal() != null && settled.refusal().code() == ErrorCode.INTERNAL);
  }
}
