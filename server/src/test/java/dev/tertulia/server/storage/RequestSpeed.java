package dev.tertulia.server.storage;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.storage.journal.SqlJournal;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Draft.TargetRule;
import dev.tertulia.server.topic.TopicName;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Semaphore;

/// Measures the processor time of the journal's thread for a message with an id: a program to be
/// run by hand, for each of two versions in turn on a copy of the same folder.
///
/// `RequestSpeed FOLDER random|sequential|none COUNT [CLIENTS]` stores so many messages of so many
/// clients, a thousand if it isn't said, in a hundred rooms, a thousand in flight, and measures the
/// second half. Fill the folder with it first.
final class RequestSpeed {
  private static final int ROOMS = 100;
  private static final int IN_FLIGHT = 1_000;

  private RequestSpeed() {}

  public static void main(String[] arguments) throws InterruptedException {
    int count = Integer.parseInt(arguments[2]);
    int clients = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 1_000;
    Random random = new Random();
    String run = Long.toHexString(random.nextLong());
    try (DataFolder folder = DataFolder.open(Path.of(arguments[0]));
        SqlJournal journal =
            SqlJournal.durable(
                folder,
                new SqlJournal.Plan(
                    65_536,
                    System::currentTimeMillis,
                    topic -> Retention.FOREVER,
                    List.of(),
                    batch -> {}))) {
      Semaphore inFlight = new Semaphore(IN_FLIGHT);
      long began = 0;
      for (int i = 0; i < count; i++) {
        if (i == count / 2) {
          began = used();
        }
        String id =
            switch (arguments[1]) {
              case "random" -> new UUID(random.nextLong(), random.nextLong()).toString();
              case "sequential" -> String.format(Locale.ROOT, "%s-%010d", run, i);
              default -> null;
            };
        ClientId client = new ClientId("c" + random.nextInt(clients));
        inFlight.acquire();
        journal.append(
            new Draft.Append(
                TopicName.room(new RoomName("room" + random.nextInt(ROOMS))),
                new Entry.Chat(client, client.value(), "a message of some length, number " + i),
                id,
                TargetRule.ANY,
                outcome -> inFlight.release()));
      }
      inFlight.acquire(IN_FLIGHT);
      System.out.printf(
          Locale.ROOT,
          "ids %s: %.2f µs a message on the journal's thread%n",
          arguments[1],
          (used() - began) / 1e3 / (count - count / 2));
    }
  }

  /// The processor time of the journal's thread, in nanoseconds.
  private static long used() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("journal"))
        .mapToLong(
            thread -> ManagementFactory.getThreadMXBean().getThreadCpuTime(thread.threadId()))
        .sum();
  }
}
