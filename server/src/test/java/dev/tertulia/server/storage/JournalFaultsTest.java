package dev.tertulia.server.storage;

import static dev.tertulia.server.storage.TestLog.ANA;
import static dev.tertulia.server.storage.TestLog.LOBBY;
import static dev.tertulia.server.storage.TestLog.await;
import static dev.tertulia.server.storage.TestLog.chat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.storage.TestLog.Fault;
import dev.tertulia.server.storage.TestLog.Place;
import dev.tertulia.server.storage.admin.ImportTask;
import dev.tertulia.server.storage.journal.EphemeralJournal;
import dev.tertulia.server.storage.sql.ReadDatabase;
import dev.tertulia.server.storage.sql.Readers;
import dev.tertulia.server.storage.sqlite.BackgroundTask;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Publication;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Unexpected errors in storage: all drafts are answered, and no thread ends.
@Timeout(120)
final class JournalFaultsTest {
  private static final Outcome INTERNAL = new Outcome.Refused(ErrorCode.INTERNAL);

  @TempDir private Path folder;

  static List<Error> survivable() {
    List<Error> errors =
        List.of(
            new StackOverflowError("on purpose"),
            new NoClassDefFoundError("on purpose"),
            new OutOfMemoryError("Cannot reserve 1 bytes of direct buffer memory, on purpose"));
    errors.forEach(error -> error.setStackTrace(new StackTraceElement[0]));
    return errors;
  }

  @ParameterizedTest
  @EnumSource
  void allDraftsAreAnsweredAndTheJournalContinues(Place place) {
    try (TestLog log = new TestLog(folder)) {
      for (Error error : survivable()) {
        allDraftsAreAnsweredAndTheJournalContinues(log, place, error);
      }
      assertThat(log.ends).isEmpty();
      assertThat(log.guard.fault()).isNull();
    }
  }

  private static void allDraftsAreAnsweredAndTheJournalContinues(
      TestLog log, Place place, Error error) {
    log.say(chat("first"), null);
    int before = log.entries().size();
    log.fault.set(new Fault(place, error));
    List<CompletableFuture<Outcome>> answers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      answers.add(log.append(chat("text " + i), null));
    }
    int stored = before + 1;
    for (CompletableFuture<Outcome> answer : answers) {
      // What was appended after the fault may have been refused at once.
      Outcome outcome = answer.isCompletedExceptionally() ? INTERNAL : await(answer);
      if (outcome instanceof Outcome.Stored) {
        stored++;
      }
    }
    log.until(() -> log.fault.get() == null && log.journal.health().ok());
    assertThat(log.say(chat("last"), null)).isInstanceOf(Outcome.Stored.class);
    assertThat(log.entries()).hasSize(stored);
    if (place == Place.COPY || place == Place.HAND_OVER) {
      assertThat(log.renewed).contains(LOBBY);
    }
  }

  @Test
  void aCopyThatFailsStartsOverAndDoesNotKeepOthersFromBeingTold() {
    try (TestLog log = new TestLog(folder)) {
      log.fault.set(new Fault(Place.COPY, new AssertionError("on purpose")));
      assertThat(log.say(chat("first"), null)).isInstanceOf(Outcome.Stored.class);
      assertThat(log.say(chat("second"), null)).isInstanceOf(Outcome.Stored.class);
      log.until(() -> log.publications.size() == 2);
      assertThat(log.renewed).containsExactly(LOBBY);
      assertThat(log.laterCopy.publications).isEqualTo(log.publications);
      assertThat(log.laterCopy.renewed).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void afterHeapExhaustionAllDraftsAreAnsweredAndTheProcessEnds(Place place) {
    try (TestLog log = new TestLog(folder)) {
      log.fault.set(new Fault(place, new OutOfMemoryError("Java heap space, on purpose")));
      await(log.append(chat("a"), "r"));
      log.until(() -> log.guard.fault() != null);
      assertThat(log.ends).hasSize(1);
    }
  }

  @ParameterizedTest
  @MethodSource("survivable")
  void onlyTheDraftThatCausesAnErrorIsRefused(Error error) {
    try (TestLog log = new TestLog(folder)) {
      log.say(chat("target"), null);
      // All of what follows is one batch.
      CountDownLatch go = new CountDownLatch(1);
      CompletableFuture<Outcome> first = new CompletableFuture<>();
      log.journal.append(
          new Draft.Append(
              LOBBY,
              chat("first"),
              null,
              Draft.TargetRule.ANY,
              outcome -> {
                awaitUninterruptibly(go);
                first.complete(outcome);
                throw error;
              }));
      CompletableFuture<Outcome> before = log.append(chat("before"), null);
      CompletableFuture<Outcome> bad =
          log.append(
              LOBBY,
              new Entry.Edit(ANA, 1, "x"),
              null,
              author -> {
                throw error;
              });
      CompletableFuture<Outcome> after = log.append(chat("after"), null);
      go.countDown();
      assertThat(await(first)).isInstanceOf(Outcome.Stored.class);
      assertThat(await(before)).isInstanceOf(Outcome.Stored.class);
      assertThat(await(bad)).isEqualTo(INTERNAL);
      assertThat(await(after)).isInstanceOf(Outcome.Stored.class);
      assertThat(log.journal.health().ok()).isTrue();
      assertThat(log.entries()).hasSize(4);
    }
  }

  @ParameterizedTest
  @MethodSource("survivable")
  void theEphemeralJournalContinues(Error error) {
    List<Publication> published = Collections.synchronizedList(new ArrayList<>());
    AtomicInteger batches = new AtomicInteger();
    try (EphemeralJournal journal =
        new EphemeralJournal(
            7,
            100,
            () -> 3,
            batch -> {
              if (batches.getAndIncrement() == 0) {
                throw error;
              }
              published.addAll(batch);
            })) {
      for (int i = 0; i < 3; i++) {
        CompletableFuture<Outcome> answer = new CompletableFuture<>();
        journal.append(
            new Draft.Append(
                LOBBY,
                chat("text " + i),
                null,
                Draft.TargetRule.ANY,
                outcome -> {
                  answer.complete(outcome);
                  throw error;
                }));
        assertThat(await(answer)).isInstanceOf(Outcome.Stored.class);
      }
    }
    assertThat(published).hasSize(2);
  }

  @ParameterizedTest
  @MethodSource("survivable")
  void backgroundTasksContinue(Error error) throws InterruptedException {
    CountDownLatch twice = new CountDownLatch(2);
    try (BackgroundTask beside =
        new BackgroundTask(
            "test",
            Duration.ZERO,
            () -> {
              twice.countDown();
              throw error;
            },
            EngineGuard.ofNoProcess())) {
      beside.wake();
      org.awaitility.Awaitility.await().until(() -> twice.getCount() <= 1);
      beside.wake();
      twice.await();
    }
  }

  @ParameterizedTest
  @MethodSource("survivable")
  void readersContinueAndReportTheFailedRead(Error error) throws Exception {
    try (Readers readers = new Readers(1, 10)) {
      CountDownLatch ran = new CountDownLatch(1);
      assertThat(
              readers.submit(
                  "a",
                  false,
                  () -> {
                    throw error;
                  }))
          .isTrue();
      assertThat(readers.submit("a", false, ran::countDown)).isTrue();
      ran.await();
      try (ReadDatabase database =
          new ReadDatabase(readers, () -> DriverManager.getConnection("jdbc:sqlite::memory:"))) {
        assertThatThrownBy(() ->
                database.read(
                    "the lobby",
                    connection -> {
                      throw error;
                    }))
            .isInstanceOf(LogException.class)
            .hasMessageContaining("the lobby");
        assertThat(database.<Integer>read("the lobby", connection -> 7)).isEqualTo(7);
      }
    }
  }

  @Test
  void anImportThatCausesAnErrorIsAnswered() throws Exception {
    try (TestLog log = new TestLog(folder)) {
      Path none = folder.resolve("lines.jsonl");
      java.nio.file.Files.writeString(none, "");
      log.fault.set(new Fault(Place.CLOCK, new StackOverflowError("on purpose")));
      assertThatThrownBy(() -> ImportTask.run(log.journal, folder, none, read -> {}))
          .isInstanceOf(java.util.concurrent.ExecutionException.class);
      log.until(() -> log.fault.get() == null && log.journal.health().ok());
      assertThat(log.say(chat("last"), null)).isInstanceOf(Outcome.Stored.class);
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
