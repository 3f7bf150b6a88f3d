package dev.tertulia.bench;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.protocol.Received;
import dev.tertulia.server.protocol.base.BaseFormat;
import dev.tertulia.server.protocol.base.ClientMessage;
import dev.tertulia.server.protocol.base.MessageReader;
import dev.tertulia.server.protocol.full.Request;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// The cost per message of decoding what a client sends, and of encoding what all subscribers
/// receive.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {LoopThreads.CUSTOM, LoopThreads.CLASS})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CodecBenchmark {
  private final MessageReader reader = new MessageReader(Language.ES);
  private final BaseFormat format = new BaseFormat(0, Language.ES);
  private final byte[] said =
      "{\"type\":\"chat\",\"sender\":\"Ana\",\"message\":\"¿Quedamos a las ocho en la tertulia?\"}"
          .getBytes(StandardCharsets.UTF_8);
  private final Request.Reader fullReader = new Request.Reader(Language.ES);
  private final byte[] saidInFull =
      ("{\"type\":\"chat\",\"ref\":17,\"room\":\"lobby\",\"id\":\"8f3a-17\","
              + "\"message\":\"¿Quedamos a las ocho en la tertulia?\"}")
          .getBytes(StandardCharsets.UTF_8);
  private final Publication publication =
      Publication.kept(
          TopicName.room(RoomName.LOBBY),
          new Position(1, 1_000),
          1_763_862_000_000L,
          "1:1",
          new Entry.Chat(new ClientId("ana"), "Ana", "¿Quedamos a las ocho en la tertulia?"));

  /// From bytes to a message.
  @Benchmark
  public Received<ClientMessage> read() {
    return reader.read(said, 0, said.length);
  }

  /// From bytes to a request of the full protocol.
  @Benchmark
  public Received<Request> readFull() {
    return fullReader.read(saidInFull, 0, saidInFull.length);
  }

  /// From a publication to a frame that all subscribers share.
  @Benchmark
  public boolean write() {
    return format.encode(publication).release();
  }
}
