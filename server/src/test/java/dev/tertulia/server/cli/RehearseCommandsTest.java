package dev.tertulia.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.CommandRun;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The run from which the launcher makes the quick start of the commands that ask a server.
final class RehearseCommandsTest {
  @Test
  void everyRehearsedCommandSucceeds() {
    assertThat(CommandRun.of(Map.of(), "", false, "rehearse-commands"))
        .isEqualTo(new CommandRun(0, "", ""));
  }
}
