package dev.tertulia.bench;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.net.websocket.DeflateFormat;
import dev.tertulia.server.net.websocket.Deflation;
import dev.tertulia.server.protocol.base.BaseFormat;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import io.netty.buffer.ByteBuf;
import java.util.Random;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// The cost per message of compressing an encoded frame; also prints the resulting size.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {LoopThreads.CUSTOM, LoopThreads.CLASS})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DeflateBenchmark {
  private static final String[] WORDS =
      ("hola a todos esta tarde nos vemos en la plaza para hablar del libro que leímos la semana"
              + " pasada y después tomamos algo con los amigos de siempre si el tiempo acompaña"
              + " porque dicen que lloverá mucho mañana temprano antes del desayuno así que llevad"
              + " paraguas y abrigo no vaya a ser que alguien se resfríe otra vez"
              + " como el año pasado")
          .split(" ");

  /// How long the text is, in characters.
  @Param({"400", "900", "4000", "60000"})
  int characters;

  private final Deflation deflation = new Deflation();
  private final BaseFormat plain = new BaseFormat(0, Language.ES);
  private final DeflateFormat format = new DeflateFormat(1, plain, deflation);
  private final ByteBuf[] atHand = new ByteBuf[2];
  private Publication publication;

  /// Creates a message of that length.
  @Setup
  public void speak() {
    Random random = new Random(1);
    StringBuilder text = new StringBuilder();
    while (text.length() < characters) {
      text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
    }
    publication =
        Publication.kept(
            TopicName.room(RoomName.LOBBY),
            new Position(1, 1_000),
            1_763_862_000_000L,
            "1:1",
            new Entry.Chat(new ClientId("ana"), "Ana", text.toString()));
    atHand[0] = plain.encode(publication);
    ByteBuf compressed = format.encode(publication, atHand);
    System.out.printf(
        "%n%d bytes, compressed %d%n", atHand[0].readableBytes(), compressed.readableBytes());
    compressed.release();
  }

  /// Gives back what was taken.
  @TearDown
  public void end() {
    atHand[0].release();
    deflation.close();
  }

  /// From a plain frame to a compressed one.
  @Benchmark
  public boolean compress() {
    return format.encode(publication, atHand).release();
  }
}
