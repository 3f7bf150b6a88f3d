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
import dev.tertulia.server.topic.TopicName;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// The cost of bringing one message from the journal to all subscribers of one loop, without the
/// kernel: each takes its own view of the shared frame, and releases it.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {LoopThreads.CUSTOM, LoopThreads.CLASS})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class FanoutBenchmark {
  private static final TopicName LOBBY = TopicName.room(RoomName.LOBBY);

  @Param({"1", "100", "1000", "10000"})
  int subscribers;

  private final BaseFormat format = new BaseFormat(0, Language.ES);
  private final Fanout fanout = new Fanout(List.of(format));
  private final Publication publication =
      Publication.kept(
          LOBBY,
          new Position(1, 1_000),
          1_763_862_000_000L,
          "1:1",
          new Entry.Chat(new ClientId("ana"), "Ana", "¿Quedamos a las ocho en la tertulia?"));
  private LoopTopics topics;

  /// Fills the room.
  @Setup
  public void subscribe() {
    topics = fanout.addLoop(new ImmediateLoop(0), () -> topics.distribute());
    for (int i = 0; i < subscribers; i++) {
      topics.subscribe(LOBBY, format, (frames, from) -> frames.retainedDuplicate().release());
    }
  }

  /// One message, to all subscribers.
  @Benchmark
  public void publish() {
    fanout.publish(List.of(publication));
  }
}
