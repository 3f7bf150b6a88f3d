package dev.tertulia.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.client.load.Crowd;
import dev.tertulia.client.load.LoadProgress;
import dev.tertulia.client.load.LoadProgress.Moment;
import dev.tertulia.client.load.LoadProgress.Stage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// How a run tells how far it is.
final class ProgressLineTest {
  private static final Crowd CROWD = new Crowd(2000, 0, 0, Duration.ofSeconds(1), 1);
  private static final Moment MEASURING =
      new Moment(Stage.MEASURING, 1.25, 10, 1500, 0, 3, 50_000, 2.5, 1234);

  private static String told(boolean terminal, Moment... moments) {
    StringWriter text = new StringWriter();
    try (ProgressLine line = new ProgressLine(new PrintWriter(text), terminal, CROWD)) {
      LoadProgress progress = line;
      for (Moment moment : moments) {
        progress.at(moment);
      }
    }
    return text.toString();
  }

  @Test
  void onATerminalOneLineIsOverwritten() {
    assertThat(told(true, MEASURING, MEASURING))
        .startsWith("\r\u001b[Kmeasuring 1.3/10.0 s, 50,000 deliveries/s, p99 2.50 ms")
        .endsWith("\r\u001b[K")
        .doesNotContain("\n")
        .contains("1,234 in flight, 3 closed");
  }

  @Test
  void withoutATerminalEachStageIsALine() {
    Moment connecting = new Moment(Stage.CONNECTING, 0, 0, 100, 7, 0, 0, 0, 0);
    assertThat(told(false, connecting, connecting, MEASURING, MEASURING).lines())
        .hasSize(2)
        .first()
        .isEqualTo("connecting 107/2,000, 7 refused");
  }
}
