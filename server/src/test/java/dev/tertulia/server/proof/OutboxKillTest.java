package dev.tertulia.server.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.Seeded;
import dev.tertulia.server.testing.TestServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server is killed, again and again, while it publishes what an application has put into the
/// database: between any two of its steps, sooner or later.
@Tag("system")
final class OutboxKillTest {
  private static final int ROUNDS = 4;
  private static final int ROWS = 4_000;

  private final String database = Postgres.shared().newDatabase();

  @TempDir private Path folder;

  private int waiting() {
    return Integer.parseInt(Postgres.ask(database, "SELECT count(*) FROM tertulia.outbox"));
  }

  private ServerUnderTest start() {
    return ServerUnderTest.start(folder, Map.of("TERTULIA_DATABASE", database), List.of());
  }

  @Test
  void everythingIsPublishedOnceAndInItsOrder() {
    Seeded seeded = Seeded.print();
    start().close();
    Postgres.ask(
        database,
        "SELECT count(tertulia.publish('kitchen', 'shop', n::text)) FROM generate_series(1, %s) AS"
                .formatted(ROWS)
            + " n");
    for (int round = 1; round <= ROUNDS; round++) {
      try (ServerUnderTest server = start()) {
        int left = ROWS - ROWS * round / (ROUNDS + 1) - seeded.random().nextInt(500);
        await()
            .atMost(TestServer.PATIENCE)
            .pollInterval(Duration.ofMillis(1))
            .until(() -> waiting() <= left);
        server.kill();
        server.awaitEnd();
      }
    }
    try (ServerUnderTest server = start()) {
      await().atMost(TestServer.PATIENCE).until(() -> waiting() == 0);
      assertThat(server.isAlive()).isTrue();
    }
    assertThat(
            Postgres.ask(
                database,
                "SELECT string_agg(convert_from(body, 'UTF8')::jsonb ->> 'message', ',' ORDER BY"
                    + " entry_offset) = (SELECT string_agg(n::text, ',' ORDER BY n) FROM"
                    + " generate_series(1, %s) AS n) FROM entry".formatted(ROWS)))
        .as(seeded.toString())
        .isEqualTo("t");
  }
}
