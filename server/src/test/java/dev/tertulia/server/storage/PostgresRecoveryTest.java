package dev.tertulia.server.storage;

import static dev.tertulia.server.storage.TestLog.chat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.topic.Outcome;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of a batch whose commit PostgreSQL does not confirm. A standby that is awaited, and
/// that does not exist, keeps a `COMMIT` waiting after it has been written.
@Tag(Postgres.TAG)
final class PostgresRecoveryTest {
  private static final String WAITING = " FROM pg_stat_activity WHERE wait_event = 'SyncRep'";

  private TestLog log;
  private String server;

  @BeforeEach
  void open(@TempDir Path folder) {
    log = new TestLog(folder, TestStore.POSTGRES);
    server = Postgres.shared().newDatabase();
  }

  @AfterEach
  void close() {
    await("");
    log.close();
    Postgres.shared().drop(server);
  }

  /// Which standbys have to confirm each commit from now on.
  private void await(String names) {
    Postgres.ask(server, "ALTER SYSTEM SET synchronous_standby_names = '" + names + "'");
    Postgres.ask(server, "SELECT pg_reload_conf()");
  }

  private boolean isWaiting() {
    return !Postgres.ask(server, "SELECT count(*)" + WAITING).equals("0");
  }

  /// The outcome of a message whose commit has been written and waits; the server takes notice of
  /// its settings only after a while.
  private CompletableFuture<Outcome> untilOneWaits() {
    await("nobody");
    for (int i = 0; true; i++) {
      CompletableFuture<Outcome> outcome = log.append(chat("m"), "r" + i);
      log.until(() -> outcome.isDone() || isWaiting());
      if (!outcome.isDone()) {
        return outcome;
      }
      assertThat(outcome.join()).isInstanceOf(Outcome.Stored.class);
    }
  }

  /// Once it is certain, it is told as it is: stored, once.
  private void requireStoredOnce(CompletableFuture<Outcome> waiting) {
    await("");
    Outcome.Stored stored = (Outcome.Stored) TestLog.await(waiting);
    log.until(() -> log.journal.health().ok());
    assertThat(log.say(chat("m"), stored.id())).isEqualTo(stored);
    assertThat(log.ask("SELECT count(*) FROM entry WHERE request = '" + stored.id() + "'"))
        .isEqualTo("1");
    assertThat(log.ask("SELECT count(*) FROM batch WHERE aborted = 1")).isEqualTo("0");
  }

  @Test
  void aConnectionCutDuringTheCommitIsSettledOnceTheServerAnswers() {
    CompletableFuture<Outcome> waiting = untilOneWaits();
    Postgres.ask(server, "SELECT pg_terminate_backend(pid)" + WAITING);
    log.until(() -> !log.journal.health().ok());
    assertThat(waiting).isNotDone();
    requireStoredOnce(waiting);
  }

  /// The server answers with success, and a warning.
  @Test
  void aWaitForAStandbyThatIsCancelledIsNoSuccess() {
    CompletableFuture<Outcome> waiting = untilOneWaits();
    Postgres.ask(server, "SELECT pg_cancel_backend(pid)" + WAITING);
    log.until(() -> log.journal.health().cause().contains(StorageFault.UNCONFIRMED.words()));
    assertThat(waiting).isNotDone();
    requireStoredOnce(waiting);
  }

  /// Neither side ends it: the standby stays away, and the connection stays.
  @Test
  void aCommitThatWaitsForALostStandbyIsAnsweredAndSettledLater() {
    CompletableFuture<Outcome> waiting = untilOneWaits();
    int told = log.publications.size();
    assertThat(TestLog.await(waiting)).isEqualTo(new Outcome.Unconfirmed());
    assertThat(log.journal.health().ok()).isFalse();
    assertThat(log.publications).as("nobody sees it before it is certain").hasSize(told);
    await("");
    log.until(() -> log.journal.health().ok());
    assertThat(log.publications).as("it was stored").hasSize(told + 1);
    assertThat(log.ask("SELECT count(*) FROM entry")).isEqualTo("" + (told + 1));
    assertThat(log.ask("SELECT count(*) FROM batch WHERE aborted = 1")).isEqualTo("0");
  }

  @Test
  void aConnectionCutBeforeTheCommitIsSettledAsAborted() {
    AtomicBoolean cut = new AtomicBoolean();
    log.beforeCommit =
        () -> {
          if (cut.compareAndSet(false, true)) {
            log.ask(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    + " WHERE application_name = 'tertulia' AND datname = current_database()");
          }
        };
    assertThat(log.say(chat("lost"), "r")).isEqualTo(new Outcome.Refused(ErrorCode.UNAVAILABLE));
    assertThat(log.ask("SELECT count(*) FROM entry")).isEqualTo("0");
    assertThat(log.ask("SELECT count(*) FROM batch WHERE aborted = 1")).isEqualTo("1");
    log.until(() -> log.journal.health().ok());
    assertThat(log.say(chat("lost"), "r")).isInstanceOf(Outcome.Stored.class);
  }
}
