package dev.tertulia.server.storage;

import static dev.tertulia.server.storage.TestLog.chat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.testing.Postgres;
import dev.tertulia.server.testing.SwitchingProxy;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.TopicName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The node that removes what is old fails in the middle of it: another one does it, and what the
/// first one was about to do is not done.
@Tag(Postgres.TAG)
final class ChoresTest {
  private static final int SAID = 20;
  private static final int KEPT = 5;
  private static final TopicName PLAZA = TopicName.room(new RoomName("plaza"));

  @TempDir private Path folder;
  private String url;
  private SwitchingProxy proxy;
  private TestLog leader;
  private TestLog other;

  @BeforeEach
  void open() throws IOException {
    Path first = Files.createDirectory(folder.resolve("first"));
    Path second = Files.createDirectory(folder.resolve("second"));
    other = new TestLog(second, TestStore.POSTGRES);
    url = Files.readString(second.resolve(TestStore.ADDRESS));
    proxy = new SwitchingProxy(Postgres.shared().port());
    Files.writeString(
        first.resolve(TestStore.ADDRESS),
        url.replaceFirst("127\\.0\\.0\\.1:\\d+", "127.0.0.1:" + proxy.port()));
    leader = new TestLog(first, TestStore.POSTGRES);
  }

  @AfterEach
  void close() {
    leader.close();
    other.close();
    proxy.close();
  }

  /// The session that does such work now; 0 for none. It has the lock of those who do in the
  /// transaction in which it removes entries.
  private int worker() {
    return Integer.parseInt(
        Postgres.ask(
            url,
            "SELECT coalesce(max(w.pid), 0) FROM pg_locks AS w JOIN pg_locks AS e"
                + " USING (virtualtransaction) WHERE w.locktype = 'advisory' AND w.granted"
                + " AND w.classid = 1413829460 AND e.mode = 'RowExclusiveLock'"
                + " AND e.relation = CAST('tertulia.entry' AS regclass)"
                + " AND w.database = e.database AND w.database ="
                + " (SELECT oid FROM pg_database WHERE datname = current_database())"));
  }

  private static void keepLittle(TestLog node) {
    keepLittle(node, List.of(TestLog.LOBBY, PLAZA));
  }

  private static void keepLittle(TestLog node, List<TopicName> topics) {
    node.retention =
        topic -> topics.contains(topic) ? Retention.ofMessages(KEPT) : Retention.FOREVER;
    node.pass(Duration.ofMinutes(2));
  }

  /// @param fail what happens to the leader when all is done but the commit: it is given the pid of
  ///   the leader's session
  private void test(IntConsumer fail) throws Exception {
    long term = 0;
    for (int i = 0; i < SAID; i++) {
      Outcome.Stored stored = leader.stored(chat("m"), null);
      term = Objects.requireNonNull(stored.position()).term();
    }
    CountDownLatch failed = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    AtomicBoolean once = new AtomicBoolean();
    leader.beforeCommit =
        () -> {
          int pid = worker();
          if (pid != 0 && once.compareAndSet(false, true)) {
            fail.accept(pid);
            failed.countDown();
            await(done);
          }
        };
    keepLittle(leader);
    await(failed);
    keepLittle(other);
    other.until(() -> count("entry WHERE kind = 1") == KEPT);
    done.countDown();
    proxy.cut(false);
    // It is refused until the leader has another session.
    leader.until(() ->
        leader.append(chat("m"), "r").exceptionally(refused -> new Outcome.Unconfirmed()).join()
            instanceof Outcome.Stored);
    assertThat(count("batch WHERE entries LIKE '%:*' AND term = " + term)).isZero();
    assertThat(count("entry WHERE request = 'r' AND entry_offset = " + (SAID + 1))).isEqualTo(1);
    other.until(() -> count("entry WHERE kind = 1") == KEPT);
    assertThat(
            count(
                "topic AS t WHERE entries <> head - floor OR entries <>"
                    + " (SELECT count(*) FROM entry WHERE topic_id = t.id)"))
        .isZero();
  }

  private int count(String what) {
    return Integer.parseInt(Postgres.ask(url, "SELECT count(*) FROM " + what));
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Each has something to remove that the other does not touch.
  @Test
  void twoNeverWorkAtOnce() {
    for (int i = 0; i < SAID; i++) {
      leader.stored(chat("m"), null);
      TestLog.await(leader.append(PLAZA, chat("m"), null, Draft.TargetRule.ANY));
    }
    CountDownLatch working = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    AtomicInteger worker = new AtomicInteger();
    leader.beforeCommit =
        () -> {
          int pid = worker();
          if (pid != 0 && worker.compareAndSet(0, pid)) {
            working.countDown();
            await(done);
          }
        };
    keepLittle(leader, List.of(TestLog.LOBBY));
    await(working);
    keepLittle(other, List.of(PLAZA));
    String inPlaza = "entry AS e JOIN topic AS t ON t.id = e.topic_id WHERE t.name = 'plaza'";
    // It tries each second, until the leader's session ends, if that takes too long.
    Awaitility.await()
        .during(Duration.ofSeconds(2))
        .atMost(TestServer.PATIENCE)
        .until(() -> count(inPlaza) == SAID || worker() != worker.get());
    done.countDown();
    other.until(() -> count(inPlaza) == KEPT);
    other.until(() -> count("entry WHERE kind = 1") == 2 * KEPT);
  }

  /// With it goes the lock by which it is the only one.
  @Test
  void aWorkerWhoseSessionIsEndedDoesNotGoOn() throws Exception {
    test(pid -> Postgres.ask(url, "SELECT pg_terminate_backend(" + pid + ")"));
  }

  /// Its connection stays, and nothing comes through any more: the lock does not stay as long.
  @Test
  void aWorkerThatIsCutOffIsReplaced() throws Exception {
    test(pid -> proxy.cut(true));
  }
}
