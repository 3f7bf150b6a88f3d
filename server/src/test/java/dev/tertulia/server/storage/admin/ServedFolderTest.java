package dev.tertulia.server.storage.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.FolderServer;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which process gets the folder when a server ends while a command waits for it.
final class ServedFolderTest {
  private static final FolderServer.Work WORK = new FolderServer.Erase("ana");
  private static final Duration LONG = Duration.ofMinutes(5);

  @TempDir private Path folder;
  private final List<String> notes = new CopyOnWriteArrayList<>();

  /// How often the server was asked.
  private final AtomicInteger asked = new AtomicInteger();

  private volatile FolderServer.Reply reply = new FolderServer.Silent();

  private final Progress noting =
      new Progress() {
        @Override
        public void at(String what, long done, long total) {}

        @Override
        public void note(String line) {
          notes.add(line);
        }
      };

  private ServedFolder.Outcome ask(Duration answer, Duration comeBack) {
    FolderServer server =
        (where, work, progress) -> {
          asked.incrementAndGet();
          return reply;
        };
    try {
      return new ServedFolder(folder, server, new ServedFolder.Patience(answer, comeBack), noting)
          .ask(WORK);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private CompletableFuture<ServedFolder.Outcome> begin(Duration comeBack) {
    CompletableFuture<ServedFolder.Outcome> outcome =
        CompletableFuture.supplyAsync(() -> ask(LONG, comeBack));
    awaitAsked(1);
    return outcome;
  }

  private void awaitAsked(int more) {
    int before = asked.get();
    await().atMost(TestServer.PATIENCE).until(() -> asked.get() >= before + more);
  }

  @Test
  void aReturningServerHasPrecedence() throws Exception {
    DataFolder server = DataFolder.open(folder);
    CompletableFuture<ServedFolder.Outcome> outcome = begin(LONG);
    for (int i = 1; i <= 9; i++) {
      int ends = i;
      server.close();
      await().atMost(TestServer.PATIENCE).until(() -> notes.size() == ends);
      server = DataFolder.open(folder);
      assertThat(outcome).isNotDone();
      // Between two questions it looks at the lock.
      awaitAsked(2);
    }
    FolderServer.Reply erased = new FolderServer.Erased();
    reply = erased;
    assertThat(outcome.get(60, TimeUnit.SECONDS)).isEqualTo(new ServedFolder.Done(erased));
    assertThat(notes).hasSize(9).first().asString().contains("Waiting 300 s");
    server.close();
  }

  @Test
  void theFolderIsTakenIfNoServerReturns() throws Exception {
    DataFolder server = DataFolder.open(folder);
    CompletableFuture<ServedFolder.Outcome> outcome = begin(Duration.ZERO);
    server.close();
    ServedFolder.Outcome taken = outcome.get(60, TimeUnit.SECONDS);
    assertThat(taken).isInstanceOf(ServedFolder.Taken.class);
    ((ServedFolder.Taken) taken).held().close();
    assertThat(notes).hasSize(1);
  }

  @Test
  void aProcessThatIsNotAServerIsReported() {
    try (DataFolder held = DataFolder.open(folder)) {
      assertThatThrownBy(() -> ask(Duration.ofMillis(300), Duration.ZERO))
          .isInstanceOf(DataFolderException.class)
          .hasMessageContaining(held.path().toString())
          .hasMessageContaining("process " + ProcessHandle.current().pid());
      assertThat(notes).isEmpty();
    }
  }

  /// It has time for the work again.
  @Test
  void aServerThatWasLostIsAskedAgain() throws Exception {
    try (DataFolder held = DataFolder.open(folder)) {
      reply = new FolderServer.Lost();
      CompletableFuture<ServedFolder.Outcome> outcome =
          CompletableFuture.supplyAsync(() -> ask(Duration.ofMillis(500), LONG));
      awaitAsked(10);
      assertThat(outcome).isNotDone();
      reply = new FolderServer.Erased();
      assertThat(outcome.get(60, TimeUnit.SECONDS)).isInstanceOf(ServedFolder.Done.class);
      assertThat(held.isHeld()).isTrue();
    }
  }
}
