package dev.tertulia.bench;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.protocol.base.BaseFormat;
import dev.tertulia.server.topic.Fanout;
import dev.tertulia.server.topic.LoopTopics;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.Subscription;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// A thousand clients in twenty rooms each, without the kernel: the cost of a delivery when a turn
/// brings a hundred messages to as many rooms, and of joining and leaving.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {LoopThreads.CUSTOM, LoopThreads.CLASS})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MixedRoomsBenchmark {
  private static final int CLIENTS = 1_000;
  private static final int ROOMS_OF_A_CLIENT = 20;
  private static final int MESSAGES = 100;

  /// How many rooms there are; the fewer, the larger each is.
  @Param({"1000", "100", "20"})
  int rooms;

  private final BaseFormat format = new BaseFormat(0, Language.ES);
  private final Fanout fanout = new Fanout(List.of(format));
  private final List<Publication> batch = new ArrayList<>();
  private LoopTopics topics;
  private int room;

  /// Each client joins adjacent rooms, so that all rooms have the same size.
  @Setup
  public void join() {
    topics = fanout.addLoop(new ImmediateLoop(0), () -> topics.distribute());
    for (int client = 0; client < CLIENTS; client++) {
      for (int i = 0; i < ROOMS_OF_A_CLIENT; i++) {
        topics.subscribe(
            topic(client + i), format, (frames, from) -> frames.retainedDuplicate().release());
      }
    }
    Random random = new Random(20);
    for (int i = 0; i < MESSAGES; i++) {
      batch.add(
          Publication.kept(
              topic(random.nextInt(rooms)),
              new Position(1, i),
              1_763_862_000_000L,
              "1:1",
              new Entry.Chat(new ClientId("ana"), "Ana", "¿Quedamos a las ocho en la tertulia?")));
    }
  }

  /// A hundred messages to random rooms; the time is that of one message, to all its subscribers.
  @Benchmark
  @OperationsPerInvocation(MESSAGES)
  public void publish() {
    fanout.publish(batch);
  }

  /// Another client joins a room and leaves it.
  @Benchmark
  public void joinAndLeave() {
    Subscription subscription = topics.subscribe(topic(room++), format, (frames, from) -> {});
    topics.unsubscribe(subscription);
  }

  private TopicName topic(int number) {
    return TopicName.room(new RoomName("room-" + Math.floorMod(number, rooms)));
  }
}
