package dev.tertulia.server.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.storage.journal.EphemeralJournal;
import dev.tertulia.server.testing.ManualLoop;
import dev.tertulia.server.testing.TestServer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/// A loop that takes nothing for a while holds the journal up, and is not drowned by it.
final class LoopBacklogTest {
  private static final TopicName LOBBY = TopicName.room(RoomName.LOBBY);
  private static final int BOUND = 4 << 20;
  private static final int QUEUE = 16;
  private static final String TEXT = "x".repeat(50_000);

  /// A loop whose tasks may come from another thread while this one turns it.
  private static final class ParkedLoop implements Loop {
    private final ManualLoop inner = new ManualLoop(0);
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();

    void turn() {
      for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
        inner.execute(task);
      }
      inner.turn();
    }

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
    }

    @Override
    public int index() {
      return inner.index();
    }

    @Override
    public void atEndOfTurn(Runnable task) {
      inner.atEndOfTurn(task);
    }

    @Override
    public void restAfterTurn(LongSupplier nanos) {
      inner.restAfterTurn(nanos);
    }

    @Override
    public long workedNanos() {
      return inner.workedNanos();
    }

    @Override
    public void after(Duration delay, Runnable task) {
      inner.after(delay, task);
    }

    @Override
    public void every(Duration period, Runnable task) {
      inner.every(period, task);
    }
  }

  private static final class Texts extends PublicationFormat {
    Texts() {
      super(0);
    }

    @Override
    public ByteBuf encode(Publication publication) {
      return ByteBufUtil.writeUtf8(
          ByteBufAllocator.DEFAULT, ((Entry.Chat) publication.entry()).message());
    }
  }

  private static Draft chat(int number) {
    return new Draft.Append(LOBBY, new Entry.Chat(new ClientId("ana"), "", number + " " + TEXT));
  }

  /// Whether it waits without a limit: for room, since it waits for drafts with one.
  private static boolean theJournalWaits() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("journal-signals"))
        .anyMatch(thread -> thread.getState() == Thread.State.WAITING);
  }

  @Test
  void theJournalWaitsThenRefusesAndLosesNothing() {
    Fanout fanout =
        new Fanout(List.of(new Texts()), BOUND, new Meters(), EngineGuard.ofNoProcess());
    ParkedLoop loop = new ParkedLoop();
    LoopTopics[] own = new LoopTopics[1];
    own[0] = fanout.addLoop(loop, () -> loop.atEndOfTurn(() -> own[0].distribute()));
    List<Integer> heard = new ArrayList<>();
    own[0].subscribe(
        LOBBY,
        new Texts(),
        new Subscriber() {
          @Override
          public void deliver(ByteBuf frames, int from) {
            String all = frames.toString(StandardCharsets.UTF_8).substring(from);
            for (String text : all.split("x+", -1)) {
              if (!text.isEmpty()) {
                heard.add(Integer.valueOf(text.strip()));
              }
            }
          }

          @Override
          public void rolledBack(TopicName topic) {}
        });
    EphemeralJournal journal =
        new EphemeralJournal(1, QUEUE, System::currentTimeMillis, fanout::publish);
    List<Integer> accepted = new ArrayList<>();
    int number = 0;
    while (own[0].backlogBytes() <= BOUND) {
      if (journal.append(chat(number)) == Journal.Appended.QUEUED) {
        accepted.add(number++);
        assertThat(number).as("what was taken while nothing was given out").isLessThan(1_000);
      } else {
        Thread.onSpinWait();
      }
    }
    // It may take one batch more from its queue before it waits.
    if (journal.append(chat(number)) == Journal.Appended.QUEUED) {
      accepted.add(number++);
    }
    await().atMost(TestServer.PATIENCE).until(LoopBacklogTest::theJournalWaits);
    for (int i = 0; i < QUEUE; i++) {
      if (journal.append(chat(number)) == Journal.Appended.QUEUED) {
        accepted.add(number++);
      }
    }
    assertThat(journal.append(chat(number))).isEqualTo(Journal.Appended.BACK_PRESSURED);
    assertThat(own[0].backlogBytes()).isLessThan(BOUND + 2L * Fanout.PART_BYTES);
    await()
        .atMost(TestServer.PATIENCE)
        .until(() -> {
          loop.turn();
          return heard.size() == accepted.size();
        });
    assertThat(heard).isEqualTo(accepted);
    assertThat(own[0].backlogBytes()).isZero();
    journal.close();
    loop.turn();
  }

  @Test
  void aLargeBatchIsHandedOverInPartsThatTheLoopAccepts() throws InterruptedException {
    Fanout fanout =
        new Fanout(List.of(new Texts()), BOUND, new Meters(), EngineGuard.ofNoProcess());
    ParkedLoop loop = new ParkedLoop();
    LoopTopics[] own = new LoopTopics[1];
    own[0] = fanout.addLoop(loop, () -> loop.atEndOfTurn(() -> own[0].distribute()));
    long[] heard = new long[1];
    own[0].subscribe(
        LOBBY,
        new Texts(),
        new Subscriber() {
          @Override
          public void deliver(ByteBuf frames, int from) {
            heard[0] += frames.readableBytes() - from;
          }

          @Override
          public void rolledBack(TopicName topic) {}
        });
    List<Publication> batch = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      batch.add(
          new Publication(
              LOBBY, null, 0, 0, "", new Entry.Chat(new ClientId("ana"), "", TEXT), null));
    }
    Thread journal = Thread.ofPlatform().start(() -> fanout.publish(batch));
    await().atMost(TestServer.PATIENCE).until(() -> own[0].backlogBytes() > BOUND);
    await()
        .pollInSameThread()
        .pollInterval(Duration.ofMillis(1))
        .atMost(TestServer.PATIENCE)
        .until(() -> {
          boolean over = !journal.isAlive();
          assertThat(own[0].backlogBytes()).isLessThan(BOUND + 2L * Fanout.PART_BYTES);
          loop.turn();
          return over;
        });
    journal.join();
    loop.turn();
    assertThat(heard[0]).isEqualTo(1_000L * TEXT.length());
    assertThat(own[0].backlogBytes()).isZero();
  }
}
