package dev.tertulia.server.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.simulation.FakeServer.Setup;
import dev.tertulia.server.simulation.World.Faults;
import dev.tertulia.server.topic.Log;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Thousands of small simulated worlds, each determined by its seed, in which everything that can
/// fail does, and the promises hold; and a check that a broken promise is detected.
///
/// A failure reports its seed; `-Dsimulation.seed=` runs only that world, and
/// `-Dsimulation.worlds=` sets the number of each kind.
final class SimulationTest {
  private static final int WORLDS = Integer.getInteger("simulation.worlds", 300);
  private static final Faults NONE = new Faults(false, false, false);
  private static final Faults READS = new Faults(true, false, false);
  private static final Faults ALL = new Faults(true, true, false);

  private static void run(Faults faults) {
    Long only = Long.getLong("simulation.seed");
    long first = only == null ? System.nanoTime() : only;
    long worlds = only == null ? WORLDS : 1;
    System.out.println("simulation: seeds from " + first);
    for (long seed = first; seed < first + worlds; seed++) {
      try {
        new World(new Random(seed), Setup.normal(), faults).run();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("-Dsimulation.seed=" + seed + ": " + e.getMessage(), e);
      }
    }
  }

  @Test
  void failedCommitsAndCrashesLoseNothingAndEveryClientRecovers() {
    run(NONE);
  }

  @Test
  void failedReadsAndRetentionAreReportedToAllClients() {
    run(READS);
  }

  @Test
  void aLostEndIsReportedToAllClients() {
    run(ALL);
  }

  /// Whether there is a world in which a promise was seen to be broken.
  private static boolean isFound(Setup setup, Faults faults) {
    for (long seed = 1; seed <= 300; seed++) {
      try {
        new World(new Random(seed), setup, faults).run();
      } catch (RuntimeException | AssertionError e) {
        return true;
      }
    }
    return false;
  }

  private static void finds(UnaryOperator<Log> defect, Faults faults) {
    assertThat(isFound(Setup.normal().log(defect), faults)).isTrue();
  }

  /// A log that is read with a defect.
  private abstract static class BadLog implements Log {
    final Log log;

    BadLog(Log log) {
      this.log = log;
    }

    @Override
    public @Nullable Page since(TopicName topic, Position after, int entries, int bytes) {
      return log.since(topic, after, entries, bytes);
    }

    @Override
    public @Nullable Page recent(TopicName topic, Position after, int entries, int bytes) {
      return log.recent(topic, after, entries, bytes);
    }

    @Override
    public Page newest(TopicName topic, int entries, int bytes) {
      return log.newest(topic, entries, bytes);
    }

    @Override
    public int countSince(TopicName topic, long offset, int most) {
      return log.countSince(topic, offset, most);
    }
  }

  /// The last entry is left out of a page that says that it ends there.
  private static final class EndsTooFar extends BadLog {
    EndsTooFar(Log log) {
      super(log);
    }

    @Override
    public @Nullable Page recent(TopicName topic, Position after, int entries, int bytes) {
      Page page = log.recent(topic, after, entries, bytes);
      if (page == null || page.entries().size() < 2) {
        return page;
      }
      List<Publication> some = page.entries().subList(0, page.entries().size() - 1);
      return new Page(some, page.end(), page.head());
    }
  }

  /// A page is a little older than the moment from which the loop is handed what comes.
  private static final class ReadsBeforeItWatches extends BadLog {
    private final Map<Position, Page> before = new HashMap<>();

    ReadsBeforeItWatches(Log log) {
      super(log);
    }

    @Override
    public @Nullable Page since(TopicName topic, Position after, int entries, int bytes) {
      Page now = log.since(topic, after, entries, bytes);
      Page old = now == null ? null : before.put(after, now);
      return old == null ? now : old;
    }
  }

  /// An offset is believed, whoever stored what lies there.
  private static final class BelievesOffsets extends BadLog {
    BelievesOffsets(Log log) {
      super(log);
    }

    @Override
    public @Nullable Page since(TopicName topic, Position after, int entries, int bytes) {
      Position there = after;
      for (Publication publication : log.newest(topic, Integer.MAX_VALUE, 1 << 30).entries()) {
        if (publication.head() == after.offset() && publication.position() != null) {
          there = publication.position();
        }
      }
      return log.since(topic, there, entries, bytes);
    }
  }

  @Test
  void aPageWithATooHighEndIsDetected() {
    finds(EndsTooFar::new, NONE);
  }

  @Test
  void aReplayThatReadsBeforeItWatchesIsDetected() {
    finds(ReadsBeforeItWatches::new, NONE);
  }

  @Test
  void aLogThatIgnoresTermsIsDetected() {
    finds(BelievesOffsets::new, ALL);
  }

  @Test
  void aJournalThatPublishesBeforeItAnswersIsDetected() {
    assertThat(isFound(Setup.normal().journalOrder(FakeJournal.Order.HANDS_OVER_FIRST), NONE))
        .isTrue();
  }

  @Test
  void aJournalThatAnswersBeforeItCommitsIsDetected() {
    assertThat(isFound(Setup.normal().journalOrder(FakeJournal.Order.TELLS_FIRST), NONE)).isTrue();
  }

  @Test
  void aRestartThatForgetsRequestIdsIsDetected() {
    assertThat(isFound(Setup.normal(), new Faults(false, false, true))).isTrue();
  }

  /// As a check of the check: the same worlds without a defect.
  @Test
  void withoutADefectNothingIsReported() {
    assertThat(isFound(Setup.normal(), NONE)).isFalse();
    assertThat(isFound(Setup.normal(), ALL)).isFalse();
  }
}
