package dev.tertulia.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.storage.rows.DeviceRow;
import dev.tertulia.server.storage.rows.Row;
import dev.tertulia.server.storage.rows.RowChange;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Outcome;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Records that belong to no topic, by the journal.
@ParameterizedClass
@EnumSource(names = {"SQLITE", "POSTGRES"})
final class RowChangeTest {
  private static final String NAMES = "SELECT string_agg(device, ',' ORDER BY device) FROM device";

  private final TestStore store;
  @TempDir private Path folder;

  RowChangeTest(TestStore store) {
    this.store = store;
  }

  private static Outcome change(TestLog log, List<Row> stored, RowChange.Key... removed) {
    RowChange change = new RowChange(stored, List.of(removed));
    return log.note(receipt -> new Draft.Records(change, receipt));
  }

  private static Row device(String name) {
    return new DeviceRow("ana", name, 1, 0, 0);
  }

  private static RowChange.Key key(String name) {
    return new RowChange.Key(DeviceRow.TABLE, List.of("ana", name));
  }

  @Test
  void rowsAreStoredAndRemovedTogether() {
    try (TestLog log = new TestLog(folder, store)) {
      assertThat(change(log, List.of(device("a"), device("b")))).isEqualTo(new Outcome.Noted());
      change(log, List.of(device("c")), key("a"), key("not there"));
      assertThat(log.ask(NAMES)).isEqualTo("b,c");
    }
  }

  @Test
  void rowsWhoseCommitFailsAreRefusedAndNotStored() {
    try (TestLog log = new TestLog(folder, store)) {
      CompletableFuture<Outcome> outcome = new CompletableFuture<>();
      log.deliveryStatus = TestLog.DeliveryStatus.FAILS_BEFORE;
      log.journal.append(
          new Draft.Records(new RowChange(List.of(device("a")), List.of()), outcome::complete));
      log.until(() -> !log.journal.health().ok());
      log.deliveryStatus = TestLog.DeliveryStatus.WORKS;
      assertThat(TestLog.await(outcome)).isEqualTo(new Outcome.Refused(ErrorCode.UNAVAILABLE));
      log.until(() -> log.journal.health().ok());
      assertThat(log.ask(NAMES)).isEqualTo("null");
      assertThat(change(log, List.of(device("a")))).isEqualTo(new Outcome.Noted());
    }
  }
}
