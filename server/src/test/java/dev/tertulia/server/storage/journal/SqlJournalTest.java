package dev.tertulia.server.storage.journal;

import static dev.tertulia.server.storage.TestLog.ANA;
import static dev.tertulia.server.storage.TestLog.BEA;
import static dev.tertulia.server.storage.TestLog.LOBBY;
import static dev.tertulia.server.storage.TestLog.await;
import static dev.tertulia.server.storage.TestLog.chat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.storage.CommitListener;
import dev.tertulia.server.storage.TestLog;
import dev.tertulia.server.storage.TestStore;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Draft.TargetRule;
import dev.tertulia.server.topic.Journal.Appended;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource
@Tag(Postgres.TAG)
final class SqlJournalTest extends JournalOverStore {
  private static final Outcome NOT_FOUND = new Outcome.Refused(ErrorCode.NOT_FOUND);
  private static final Outcome CONFLICT = new Outcome.Refused(ErrorCode.CONFLICT);

  SqlJournalTest(TestStore store) {
    super(store);
  }

  private static Position position(Outcome outcome) {
    return java.util.Objects.requireNonNull(((Outcome.Stored) outcome).position());
  }

  private static long offset(Outcome outcome) {
    return position(outcome).offset();
  }

  @Test
  void confirmedEntriesAreStoredInOrderWithoutAGap() {
    List<CompletableFuture<Outcome>> all = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      all.add(log.append(chat("m" + i), null));
    }
    for (int i = 0; i < 500; i++) {
      assertThat(offset(await(all.get(i)))).isEqualTo(i + 1);
    }
    List<EntryRow> rows = log.entries();
    for (int i = 0; i < 500; i++) {
      assertThat(rows.get(i).offset()).isEqualTo(i + 1);
      assertThat(rows.get(i).entry()).isEqualTo(chat("m" + i));
    }
    assertThat(rows).hasSize(500);
    log.until(() -> log.publications.size() == 500);
    assertThat(log.publications.stream().map(Publication::entry).toList())
        .isEqualTo(rows.stream().map(EntryRow::entry).toList());
    assertThat(log.ask("SELECT head || ' ' || entries || ' ' || floor FROM topic"))
        .isEqualTo("500 500 0");
  }

  @Test
  void theAnswerPrecedesThePublication() {
    for (int i = 0; i < 50; i++) {
      log.append(chat("m" + i), "r" + i);
    }
    log.until(() -> log.told.size() == 100);
    for (int i = 0; i < 50; i++) {
      String id = "r" + i;
      assertThat(indexOf(told -> told instanceof Outcome.Stored stored && stored.id().equals(id)))
          .isLessThan(indexOf(told -> told instanceof Publication p && p.id().equals(id)));
    }
  }

  private int indexOf(java.util.function.Predicate<Object> what) {
    List<Object> told = List.copyOf(log.told);
    for (int i = 0; i < told.size(); i++) {
      if (what.test(told.get(i))) {
        return i;
      }
    }
    throw new AssertionError("it was never told");
  }

  @Test
  void aRequestRepeatedInOneBatchIsOneEntry() {
    List<CompletableFuture<Outcome>> all = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      all.add(log.append(chat("m" + i / 2), "r" + i / 2));
      all.add(log.append(chat("another"), "r" + i / 2));
    }
    for (int i = 0; i < 400; i++) {
      assertThat(offset(await(all.get(2 * i)))).isEqualTo(i / 2 + 1);
      assertThat(await(all.get(2 * i + 1))).isEqualTo(CONFLICT);
    }
    assertThat(log.entries()).hasSize(200);
    assertThat(log.commits.get()).isLessThan(400);
  }

  @Test
  void anAmendmentWithoutATargetIsRefusedAndOthersAreStored() {
    log.say(chat("hola"), null);
    log.say(new Entry.Reaction(BEA, 1, "👍", false), null);
    List<CompletableFuture<Outcome>> all =
        Stream.<Entry.Kept>of(
                new Entry.Edit(ANA, 2, "a reaction"),
                new Entry.Edit(ANA, 9, "the future"),
                chat("good 1"),
                new Entry.Deletion(ANA, 0),
                new Entry.Chat(ANA, "Ana", "re", 99L, null, false),
                new Entry.Chat(ANA, "Ana", "re", 2L, null, false),
                chat("good 2"),
                new Entry.Chat(ANA, "Ana", "re", 1L, null, false))
            .map(entry -> log.append(entry, null))
            .toList();
    assertThat(all.stream().map(TestLog::await).map(o -> o instanceof Outcome.Stored ? "ok" : o))
        .containsExactly(NOT_FOUND, NOT_FOUND, "ok", NOT_FOUND, NOT_FOUND, NOT_FOUND, "ok", "ok");
    assertThat(log.entries()).hasSize(5);
  }

  @Test
  void theRuleIsAppliedToTheAuthorOfTheTarget() {
    log.say(chat("hola"), null);
    TargetRule own = author -> author.equals(BEA) ? null : ErrorCode.FORBIDDEN;
    assertThat(await(log.append(LOBBY, new Entry.Edit(BEA, 1, "x"), "e", own)))
        .isEqualTo(new Outcome.Refused(ErrorCode.FORBIDDEN));
    TargetRule broken =
        author -> {
          throw new IllegalStateException("a defect, on purpose");
        };
    assertThat(await(log.append(LOBBY, new Entry.Edit(BEA, 1, "x"), "e", broken)))
        .isEqualTo(new Outcome.Refused(ErrorCode.INTERNAL));
    TargetRule anas = author -> author.equals(ANA) ? null : ErrorCode.FORBIDDEN;
    assertThat(offset(await(log.append(LOBBY, new Entry.Edit(ANA, 1, "x"), "e", anas))))
        .isEqualTo(2);
  }

  @Test
  void anExistingReactionIsAnsweredAgainAndAMissingOneIsNotFound() {
    log.say(chat("hola"), null);
    assertThat(log.say(new Entry.Reaction(BEA, 1, "👍", true), null)).isEqualTo(NOT_FOUND);
    Outcome.Stored first = log.stored(new Entry.Reaction(BEA, 1, "👍", false), null);
    Outcome.Stored again = log.stored(new Entry.Reaction(BEA, 1, "👍", false), "again");
    assertThat(again.position()).isEqualTo(first.position());
    assertThat(offset(log.say(new Entry.Reaction(BEA, 1, "👍", true), null))).isEqualTo(3);
    assertThat(log.say(new Entry.Reaction(BEA, 1, "👍", false), "again")).isEqualTo(again);
    assertThat(log.say(new Entry.Reaction(BEA, 1, "👍", true), null)).isEqualTo(NOT_FOUND);
    assertThat(log.ask("SELECT count(*) FROM reaction")).isEqualTo("0");
    log.say(new Entry.Reaction(ANA, 1, "👍", false), null);
    assertThat(log.ask("SELECT client || ' ' || entry_offset FROM reaction")).isEqualTo("ana 4");
  }

  @Test
  void aDeletionRemovesTheTextFromEveryFileAndCopy() throws IOException {
    log.say(new Entry.Chat(ANA, "Ana", "PRIMERTEXTO", null, "\"PRIMERDATO\"", false), "r1");
    log.say(new Entry.Edit(ANA, 1, "SEGUNDOTEXTO"), "r2");
    log.say(chat("TERCERTEXTO " + "x".repeat(30_000)), null);
    log.say(new Entry.Reaction(BEA, 1, "👍", false), null);
    assertThat(filesHolding("PRIMERTEXTO").isEmpty()).isNotEqualTo(store.hasFiles());
    log.say(new Entry.Deletion(ANA, 1), "r3");
    log.say(new Entry.Deletion(ANA, 3), null);
    log.until(
        () -> filesHolding("PRIMERTEXTO", "PRIMERDATO", "SEGUNDOTEXTO", "TERCERTEXTO").isEmpty());
    assertThat(log.blanked)
        .containsExactly(
            new CommitListener.Blanked(LOBBY, 1, new Entry.Chat(ANA, "Ana", "", null, null, true)),
            new CommitListener.Blanked(LOBBY, 2, new Entry.Edit(ANA, 1, null)),
            new CommitListener.Blanked(LOBBY, 3, new Entry.Chat(ANA, "Ana", "", null, null, true)));
    assertThat(log.entries().get(0).deleted()).isTrue();
    assertThat(log.ask("SELECT count(*) FROM reaction")).isEqualTo("0");
    assertThat(log.ask("SELECT sum(length(digest)) FROM request WHERE id IN ('r1', 'r2')"))
        .isEqualTo("0");
    assertThat(log.ask("SELECT bytes - (SELECT sum(length(body)) FROM entry) FROM topic"))
        .isEqualTo("0");
    assertThat(log.say(new Entry.Edit(ANA, 1, "x"), null)).isEqualTo(NOT_FOUND);
    assertThat(offset(log.say(new Entry.Deletion(ANA, 1), "r3"))).isEqualTo(5);
    assertThat(offset(log.say(chat("whatever"), "r1"))).isEqualTo(1);
  }

  private List<Path> filesHolding(String... texts) throws IOException {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        if (Stream.of(texts).anyMatch(bytes::contains)) {
          found.add(file);
        }
      }
    }
    return found;
  }

  @Test
  void aSignalKeepsItsOrderAndWritesNothing() {
    log.say(chat("a"), null);
    int commits = log.commits.get();
    Entry.Signal typing = new Entry.Typing(ANA, "Ana");
    assertThat(log.journal.append(new Draft.Signal(LOBBY, typing))).isEqualTo(Appended.QUEUED);
    log.until(() -> log.publications.size() == 2);
    Publication signal = log.publications.get(1);
    assertThat(signal.position()).isNull();
    assertThat(signal.head()).isEqualTo(1);
    assertThat(signal.entry()).isEqualTo(typing);
    assertThat(log.commits.get()).isEqualTo(commits);
  }

  @Test
  void aFullQueueRefusesImmediatelyAndAClosedJournalAcceptsNothing() {
    log.close();
    log = new TestLog(folder, 4, store);
    CompletableFuture<Outcome> held = new CompletableFuture<>();
    java.util.concurrent.CountDownLatch reached = new java.util.concurrent.CountDownLatch(1);
    log.journal.append(
        new Draft.Append(
            LOBBY,
            chat("blocks"),
            null,
            TargetRule.ANY,
            outcome -> {
              reached.countDown();
              await(held);
            }));
    org.awaitility.Awaitility.await().until(() -> reached.getCount() == 0);
    List<Appended> answers =
        Stream.generate(() -> log.journal.append(new Draft.Append(LOBBY, chat("x"))))
            .limit(6)
            .toList();
    held.complete(new Outcome.Marked(0));
    assertThat(answers)
        .containsExactly(
            Appended.QUEUED,
            Appended.QUEUED,
            Appended.QUEUED,
            Appended.QUEUED,
            Appended.BACK_PRESSURED,
            Appended.BACK_PRESSURED);
    log.journal.close();
    assertThat(log.entries()).hasSize(5);
    assertThat(log.journal.append(new Draft.Append(LOBBY, chat("x")))).isEqualTo(Appended.CLOSED);
  }

  @Test
  void theQueueIsBoundedByItsTextToo() {
    log.close();
    log = new TestLog(folder, 100_000, store);
    Entry.Kept large = chat("x".repeat(60_000));
    CompletableFuture<Outcome> held = new CompletableFuture<>();
    log.journal.append(
        new Draft.Append(LOBBY, chat("blocks"), null, TargetRule.ANY, outcome -> await(held)));
    int taken = 0;
    @Nullable Appended last = Appended.QUEUED;
    while (last == Appended.QUEUED && taken < 100_000) {
      last = log.journal.append(new Draft.Append(TopicName.inbox(new ClientId("x")), large));
      taken++;
    }
    held.complete(new Outcome.Marked(0));
    assertThat(last).isEqualTo(Appended.BACK_PRESSURED);
    assertThat(taken * 120_000L).isLessThan(2 * SqlJournal.QUEUE_BYTES);
  }
}
