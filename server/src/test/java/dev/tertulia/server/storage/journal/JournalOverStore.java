package dev.tertulia.server.storage.journal;

import dev.tertulia.server.storage.TestLog;
import dev.tertulia.server.storage.TestStore;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// A test of a journal over one of the stores, which is open during each test.
abstract class JournalOverStore {
  final TestStore store;
  @TempDir Path folder;
  TestLog log;

  JournalOverStore(TestStore store) {
    this.store = store;
  }

  @BeforeEach
  final void open() {
    log = new TestLog(folder, store);
  }

  @AfterEach
  final void close() {
    log.close();
  }
}
