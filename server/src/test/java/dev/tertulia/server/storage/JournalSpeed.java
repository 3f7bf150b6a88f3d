package dev.tertulia.server.storage;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.storage.journal.SqlJournal;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Draft.TargetRule;
import dev.tertulia.server.topic.Journal.Appended;
import dev.tertulia.server.topic.TopicName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/// Measures how many entries per second the journal stores, with everything that belongs to it: a
/// program to be run by hand.
///
/// `JournalSpeed FOLDER entries in-flight [rate [kept]]`: with a rate, entries are sent one by one
/// at that rate; without, as fast as `in-flight` allows. With a number of entries kept per room,
/// for each of the ten rooms, the log is filled first, and the last three rounds run while
/// retention removes entries.
final class JournalSpeed {
  private static final int ROUNDS = 6;

  private static volatile Retention retention = Retention.FOREVER;

  private JournalSpeed() {}

  public static void main(String[] arguments) {
    int count = Integer.parseInt(arguments[1]);
    int inFlight = Integer.parseInt(arguments[2]);
    int rate = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 0;
    int kept = arguments.length > 4 ? Integer.parseInt(arguments[4]) : 0;
    try (DataFolder folder = DataFolder.open(Path.of(arguments[0]));
        SqlJournal journal =
            SqlJournal.durable(
                folder,
                new SqlJournal.Plan(
                    65_536,
                    System::currentTimeMillis,
                    topic -> retention,
                    List.of(),
                    batch -> {}))) {
      if (kept > 0) {
        System.out.println("filling:");
        run(journal, ROUNDS, 10 * count, 4096, 0);
      }
      for (int round = 0; round < ROUNDS; round++) {
        if (kept > 0 && 2 * round == ROUNDS) {
          retention = Retention.ofMessages(kept);
          System.out.println("while entries are deleted:");
        }
        run(journal, round, count, inFlight, rate);
      }
    }
  }

  private static void run(SqlJournal journal, int round, int count, int inFlight, int rate) {
    Semaphore room = new Semaphore(inFlight);
    long[] took = new long[count];
    List<TopicName> topics = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      topics.add(TopicName.room(new RoomName("room-" + i)));
    }
    long began = System.nanoTime();
    for (int i = 0; i < count; i++) {
      int number = i;
      if (rate > 0) {
        long due = began + i * 1_000_000_000L / rate;
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
          LockSupport.parkNanos(left);
        }
      }
      room.acquireUninterruptibly();
      long sent = System.nanoTime();
      Entry.Kept entry =
          new Entry.Chat(new ClientId("client-" + i % 50), "Ana", "hola, qué tal " + i);
      Appended appended =
          journal.append(
              new Draft.Append(
                  topics.get(i % 10),
                  entry,
                  round + "-" + i,
                  TargetRule.ANY,
                  outcome -> {
                    took[number] = System.nanoTime() - sent;
                    room.release();
                  }));
      if (appended != Appended.QUEUED) {
        throw new IllegalStateException(appended.name());
      }
    }
    room.acquireUninterruptibly(inFlight);
    long nanos = System.nanoTime() - began;
    java.util.Arrays.sort(took);
    System.out.printf(
        Locale.ROOT,
        "%,d per second, median %s, p99 %s%n",
        count * 1_000_000_000L / nanos,
        Duration.ofNanos(took[count / 2]),
        Duration.ofNanos(took[count * 99 / 100]));
  }
}
