package dev.tertulia.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.storage.TestLog.DeliveryStatus;
import dev.tertulia.server.storage.rows.EntryBody;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.testing.Seeded;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Publication;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Random requests, repeated ones among them, through failing commits and restarts, against what a
/// list and three maps would do.
@ParameterizedClass
@EnumSource(names = {"SQLITE", "POSTGRES"})
final class JournalModelTest {
  private static final int BATCHES = 60;
  private static final int IN_A_BATCH = 12;

  private final TestStore store;
  @TempDir Path folder;

  JournalModelTest(TestStore store) {
    this.store = store;
  }

  /// The lobby as it must be.
  private static final class Model {
    private final List<Entry.Kept> entries = new ArrayList<>();
    private final Map<String, Entry.Kept> asked = new HashMap<>();
    private final Map<String, Long> answered = new HashMap<>();
    private final Map<String, Long> reactions = new HashMap<>();
    private final Set<Long> deleted = new HashSet<>();

    /// The offset that a request is answered with; 0 for `not_found`, -1 for `conflict`.
    private long say(Entry.Kept entry, String id) {
      String key = entry.client() + " " + id;
      Long before = answered.get(key);
      if (before != null) {
        boolean gone = isGone(before);
        return gone || entry.equals(asked.get(key)) ? before : -1;
      }
      long offset = decide(entry);
      if (offset > 0) {
        asked.put(key, entry);
        answered.put(key, offset);
      }
      return offset;
    }

    private boolean isGone(long offset) {
      Entry.Kept entry = entries.get((int) offset - 1);
      return deleted.contains(offset)
          || (entry instanceof Entry.Edit edit && deleted.contains(edit.target()));
    }

    private long decide(Entry.Kept entry) {
      long next = entries.size() + 1L;
      if (entry instanceof Entry.Amendment amendment) {
        long target = amendment.target();
        if (target >= next
            || !(entries.get((int) target - 1) instanceof Entry.Chat)
            || deleted.contains(target)) {
          return 0;
        }
      }
      if (entry instanceof Entry.Reaction reaction) {
        String key = reaction.client() + " " + reaction.target() + reaction.emoji();
        if (reaction.removed()) {
          if (reactions.remove(key) == null) {
            return 0;
          }
        } else if (reactions.putIfAbsent(key, next) != null) {
          return reactions.getOrDefault(key, 0L);
        }
      } else if (entry instanceof Entry.Deletion deletion) {
        deleted.add(deletion.target());
      }
      entries.add(entry);
      return next;
    }

    private Entry.Kept now(long offset) {
      Entry.Kept entry = entries.get((int) offset - 1);
      return isGone(offset) ? EntryBody.blank(entry) : entry;
    }
  }

  @Test
  void everyAnswerAndEveryEntryMatchesTheModel() {
    Seeded seeded = Seeded.print();
    RandomGenerator random = seeded.random();
    Model model = new Model();
    List<Publication> published = new ArrayList<>();
    TestLog log = new TestLog(folder, store);
    try {
      for (int batch = 0; batch < BATCHES; batch++) {
        if (random.nextInt(10) == 0) {
          log.journal.close(); // The last ones are handed over after their answers.
          published.addAll(log.publications);
          log.close();
          log = new TestLog(folder, store);
        }
        if (random.nextInt(12) == 0) {
          lose(log, random);
        }
        step(log, model, random, seeded);
      }
      log.journal.close();
      published.addAll(log.publications);
      List<EntryRow> rows = log.entries();
      assertThat(rows).as(seeded.toString()).hasSize(model.entries.size());
      for (EntryRow row : rows) {
        assertThat(row.entry()).as(seeded.toString()).isEqualTo(model.now(row.offset()));
      }
      assertThat(published.stream().map(Publication::entry).toList())
          .as(seeded.toString())
          .isEqualTo(model.entries);
      assertThat(log.ask("SELECT bytes - (SELECT sum(length(body)) FROM entry) FROM topic"))
          .isEqualTo("0");
    } finally {
      log.close();
    }
  }

  private static void step(TestLog log, Model model, RandomGenerator random, Seeded seeded) {
    List<CompletableFuture<Outcome>> answers = new ArrayList<>();
    List<Long> expected = new ArrayList<>();
    for (int i = 0; i < IN_A_BATCH; i++) {
      Entry.Kept entry = entry(random, model.entries.size());
      String id = "r" + random.nextInt(model.entries.size() + 5);
      answers.add(log.append(entry, id));
      expected.add(model.say(entry, id));
    }
    for (int i = 0; i < IN_A_BATCH; i++) {
      Outcome outcome = TestLog.await(answers.get(i));
      assertThat(number(outcome)).as(seeded.toString()).isEqualTo(expected.get(i));
    }
  }

  /// An entry whose commit didn't happen: the model never hears of it.
  private static void lose(TestLog log, RandomGenerator random) {
    log.deliveryStatus = DeliveryStatus.FAILS_BEFORE;
    Outcome.Refused unavailable = new Outcome.Refused(ErrorCode.UNAVAILABLE);
    CompletableFuture<Outcome> lost = log.append(entry(random, 0), "lost");
    log.until(() -> lost.isDone() || !log.journal.health().ok());
    log.deliveryStatus = DeliveryStatus.WORKS;
    assertThat(TestLog.await(lost)).isEqualTo(unavailable);
    log.until(() -> log.journal.health().ok());
  }

  private static Entry.Kept entry(RandomGenerator random, int size) {
    ClientId client = new ClientId(random.nextBoolean() ? "ana" : "bea");
    long target = 1L + random.nextInt(size + 1);
    return switch (size == 0 ? 0 : random.nextInt(8)) {
      case 0, 1, 2, 3 -> new Entry.Chat(client, "x", "text " + random.nextInt(3));
      case 4 -> new Entry.Edit(client, target, "text " + random.nextInt(3));
      case 5 -> new Entry.Deletion(client, target);
      default ->
          new Entry.Reaction(
              client, target, random.nextBoolean() ? "a" : "b", random.nextBoolean());
    };
  }

  private static long number(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Stored stored -> stored.position() == null ? -3 : stored.position().offset();
      case Outcome.Refused refused ->
          switch (refused.code()) {
            case NOT_FOUND -> 0;
            case CONFLICT -> -1;
            default -> -2;
          };
      case Outcome.Marked marked -> -2;
      case Outcome.Listed listed -> -6;
      case Outcome.Read read -> -4;
      case Outcome.Noted noted -> -5;
      case Outcome.Unconfirmed unconfirmed -> -7;
    };
  }
}
