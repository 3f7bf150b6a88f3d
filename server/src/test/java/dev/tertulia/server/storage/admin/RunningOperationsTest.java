package dev.tertulia.server.storage.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.storage.DataFolderOperations.ImportReport;
import dev.tertulia.server.storage.OnlineOperations.Begun;
import dev.tertulia.server.storage.OnlineOperations.Busy;
import dev.tertulia.server.storage.OnlineOperations.Erased;
import dev.tertulia.server.storage.OnlineOperations.Failed;
import dev.tertulia.server.storage.OnlineOperations.Imported;
import dev.tertulia.server.storage.OnlineOperations.Kind;
import dev.tertulia.server.storage.OnlineOperations.Operation;
import dev.tertulia.server.storage.OnlineOperations.Start;
import dev.tertulia.server.storage.OnlineOperations.Stopped;
import dev.tertulia.server.storage.OnlineOperations.Working;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.SampleData;
import dev.tertulia.server.storage.TestLog;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.topic.Outcome;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What may be in progress at a time, how it ends, and what is left of it.
final class RunningOperationsTest {
  private static final ClientId ANA = TestLog.ANA;

  @TempDir private Path temp;
  private final EngineGuard guard = EngineGuard.ofNoProcess();
  private final List<ClientId> disconnected = new CopyOnWriteArrayList<>();

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private Path data;

  @SuppressWarnings("NullAway.Init") // The same.
  private Path lines;

  @SuppressWarnings("NullAway.Init") // The same.
  private TestLog log;

  @BeforeEach
  void open() throws Exception {
    data = temp.resolve("data");
    lines = temp.resolve("lines.jsonl");
    Path other = temp.resolve("other");
    SampleData.in(other);
    try (OutputStream out = Files.newOutputStream(lines)) {
      Export.of(other, out, null, Progress.NONE);
    }
    log = new TestLog(data);
  }

  @AfterEach
  void close() {
    log.close();
    assertThat(guard.survived()).isZero();
  }

  private RunningOperations operations() {
    return new RunningOperations(
        data,
        List.of(new RunningOperations.Place(log.journal, log.folder.database())),
        disconnected::add,
        guard);
  }

  private static Operation begun(Start start) {
    assertThat(start).isInstanceOf(Begun.class);
    return ((Begun) start).operation();
  }

  private Path pipe(Path path) throws Exception {
    assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor()).isZero();
    return path;
  }

  @Test
  void aClientIsErasedAndNothingIsPending() throws Exception {
    try (RunningOperations operations = operations()) {
      Operation erasure = begun(operations.erase(ANA));
      assertThat(erasure.await(TestServer.PATIENCE)).isEqualTo(new Erased());
      assertThat(disconnected).containsExactly(ANA);
      assertThat(PendingErasure.read(data)).isNull();
      erasure.leave();
    }
  }

  @Test
  void anErasureGoesOnWithoutAnybodyAndIsWatchedAgain() throws Exception {
    try (RunningOperations operations = operations()) {
      Operation first = begun(operations.erase(ANA));
      first.leave();
      Start second = operations.erase(ANA);
      assertThat(begun(second).await(TestServer.PATIENCE)).isEqualTo(new Erased());
    }
  }

  @Test
  void onlyOneIsInProgress() throws Exception {
    Path pipe = pipe(temp.resolve("pipe"));
    try (RunningOperations operations = operations()) {
      Operation importing = begun(operations.importLines(pipe));
      assertThat(begun(operations.importLines(pipe))).isSameAs(importing);
      assertThat(operations.importLines(lines)).isEqualTo(new Busy(Kind.IMPORT));
      assertThat(operations.erase(ANA)).isEqualTo(new Busy(Kind.IMPORT));
      assertThat(importing.await(Duration.ZERO)).isInstanceOf(Working.class);
      Files.write(pipe, Files.readAllBytes(lines));
      assertThat(importing.await(TestServer.PATIENCE)).isInstanceOf(Imported.class);
      assertThat(begun(operations.erase(ANA)).await(TestServer.PATIENCE)).isEqualTo(new Erased());
    }
  }

  @Test
  void theNumberOfThoseWhoWaitIsBounded() throws Exception {
    Path pipe = pipe(temp.resolve("pipe"));
    try (RunningOperations operations = operations()) {
      Operation importing = begun(operations.importLines(pipe));
      int waiting = 1;
      while (operations.importLines(pipe) instanceof Begun) {
        waiting++;
      }
      assertThat(waiting).isEqualTo(16);
      importing.leave();
      assertThat(operations.importLines(pipe)).isInstanceOf(Begun.class);
      Files.write(pipe, Files.readAllBytes(lines));
      assertThat(importing.await(TestServer.PATIENCE)).isInstanceOf(Imported.class);
    }
  }

  @Test
  void anImportIsCancelledWhenNobodyWaitsForIt() throws Exception {
    Path pipe = pipe(temp.resolve("pipe"));
    byte[] all = Files.readAllBytes(lines);
    int before = log.entries().size();
    try (RunningOperations operations = operations()) {
      Operation first = begun(operations.importLines(pipe));
      Operation second = begun(operations.importLines(pipe));
      try (OutputStream out = Files.newOutputStream(pipe)) {
        out.write(all, 0, all.length / 2);
        out.flush();
        first.leave();
        assertThat(second.await(Duration.ofMillis(200))).isInstanceOf(Working.class);
        second.leave();
        assertThat(second.await(TestServer.PATIENCE)).isEqualTo(new Stopped());
      }
      assertThat(log.entries()).hasSize(before);
      assertThat(begun(operations.importLines(lines)).await(TestServer.PATIENCE))
          .extracting(state -> ((Imported) state).report())
          .extracting(ImportReport::added)
          .isEqualTo(24L);
      assertThat(log.say(new Entry.Chat(ANA, "Ana", "sigo"), null))
          .isInstanceOf(Outcome.Stored.class);
    }
  }

  @Test
  void aPipeToWhichNobodyWritesBlocksNothing() throws Exception {
    Path pipe = pipe(temp.resolve("pipe"));
    try (RunningOperations operations = operations()) {
      Operation importing = begun(operations.importLines(pipe));
      importing.leave();
      assertThat(importing.await(TestServer.PATIENCE)).isEqualTo(new Stopped());
      assertThat(begun(operations.erase(ANA)).await(TestServer.PATIENCE)).isEqualTo(new Erased());
    }
    // The thread that waits for it ends as well.
    Files.write(pipe, new byte[0]);
  }

  @Test
  void aFileThatCannotBeReadAndABadLineAreReported() throws Exception {
    Path bad = Files.writeString(temp.resolve("bad.jsonl"), "{}\n");
    try (RunningOperations operations = operations()) {
      assertThat(begun(operations.importLines(temp.resolve("none"))).await(TestServer.PATIENCE))
          .isInstanceOfSatisfying(
              Failed.class,
              failed -> {
                assertThat(failed.why()).contains("none", "standard input");
                assertThat(failed.damaged()).isFalse();
              });
      assertThat(begun(operations.importLines(bad)).await(TestServer.PATIENCE))
          .isInstanceOfSatisfying(
              Failed.class,
              failed -> {
                assertThat(failed.why()).contains("line 1", "Nothing was changed");
                assertThat(failed.damaged()).isTrue();
              });
    }
  }

  @Test
  void anInterruptedErasureContinuesAtTheNextStart() throws Exception {
    PendingErasure.write(data, ANA);
    try (RunningOperations _ = operations()) {
      await().atMost(TestServer.PATIENCE).until(() -> PendingErasure.read(data) == null);
      assertThat(disconnected).containsExactly(ANA);
    }
  }

  @Test
  void anErasureThatEndsWithTheServerStaysPending() throws Exception {
    RunningOperations operations = operations();
    log.journal.close();
    Operation erasure = begun(operations.erase(ANA));
    assertThat(erasure.await(TestServer.PATIENCE)).isEqualTo(new Stopped());
    operations.close();
    assertThat(PendingErasure.read(data)).isEqualTo(ANA);
  }

  @Test
  void aPipeOrALinkInPlaceOfThePendingErasureBlocksNothing() throws Exception {
    Path file = data.resolve(PendingErasure.FILE);
    Path secret = Files.writeString(temp.resolve("secret"), "ana");
    for (String what : List.of("pipe", "link")) {
      if (what.equals("pipe")) {
        pipe(file);
      } else {
        Files.createSymbolicLink(file, secret);
      }
      try (RunningOperations operations = operations()) {
        assertThat(begun(operations.importLines(lines)).await(TestServer.PATIENCE))
            .as(what)
            .isInstanceOf(Imported.class);
        assertThat(disconnected).isEmpty();
      }
      Files.delete(file);
    }
  }
}
