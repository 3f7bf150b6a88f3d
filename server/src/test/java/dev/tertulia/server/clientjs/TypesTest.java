package dev.tertulia.server.clientjs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The TypeScript compiler finds nothing wrong with the JavaScript client: its code has the types
/// that `tertulia.d.ts` promises. `client-js/tsconfig.json` says what is checked, also to editors.
@Tag("system")
final class TypesTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @Test
  void theCodeHasTheTypesThatItPromises() throws IOException, InterruptedException {
    String compiler = Node.npmPackage("typescript").resolve("lib").resolve("tsc.js").toString();
    Node.Run run = Node.run(List.of(compiler, "--project", "."), Map.of(), PATIENCE);
    assertThat(run.output()).isEmpty();
    assertThat(run.exitCode()).isZero();
  }
}
