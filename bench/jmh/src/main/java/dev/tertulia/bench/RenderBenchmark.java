package dev.tertulia.bench;

import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.protocol.EntryWriter;
import dev.tertulia.server.protocol.base.MessageWriter;
import dev.tertulia.server.storage.rows.EntryBody;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
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
import tools.jackson.core.io.JsonStringEncoder;

/// What it costs to encode a chat message for its row and for clients, and how much of that is the
/// text: with texts that are escaped already, only what is around them is left.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {LoopThreads.CUSTOM, LoopThreads.CLASS})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RenderBenchmark {
  /// The length of the text, in characters.
  @Param({"40", "400", "4000"})
  int characters;

  private final EntryWriter writer = EntryWriter.of(Language.ES);
  private final MessageWriter base = new MessageWriter(Language.ES);
  private Entry.Chat chat;
  private Publication publication;
  private byte[] escapedSender;
  private byte[] escapedMessage;

  /// Creates a message of that length.
  @Setup
  public void speak() {
    String text =
        "¿Quedamos a las ocho en la \"tertulia\"? "
            .repeat(characters / 30 + 1)
            .substring(0, characters);
    chat = new Entry.Chat(new ClientId("ana"), "Ana", text);
    publication =
        Publication.kept(
            TopicName.room(RoomName.LOBBY),
            new Position(1, 1_000),
            1_763_862_000_000L,
            "8f3a-17",
            chat);
    escapedSender = JsonStringEncoder.getInstance().quoteAsUTF8(chat.sender());
    escapedMessage = JsonStringEncoder.getInstance().quoteAsUTF8(text);
  }

  /// From a message to the body of its row.
  @Benchmark
  public byte[] row() {
    return EntryBody.write(chat);
  }

  /// From a message to what clients of the full protocol receive.
  @Benchmark
  public byte[] full() {
    return writer.encode(publication);
  }

  /// From a message to what clients of the base protocol receive.
  @Benchmark
  public byte[] base() {
    return base.entry(chat, "lobby", 1_000, 1_763_862_000_000L);
  }

  /// From the text to escaped UTF-8.
  @Benchmark
  public byte[] escape() {
    return JsonStringEncoder.getInstance().quoteAsUTF8(chat.message());
  }

  /// The body of the row, with escaped texts.
  @Benchmark
  public byte[] rowOfEscaped() {
    return JsonText.object(out -> {
      out.writeName("sender").writeRawUTF8String(escapedSender, 0, escapedSender.length);
      out.writeName("message").writeRawUTF8String(escapedMessage, 0, escapedMessage.length);
    });
  }

  /// What clients of the full protocol receive, with escaped texts.
  @Benchmark
  public byte[] fullOfEscaped() {
    Position position = publication.storedPosition();
    return JsonText.object(out -> {
      out.writeStringProperty("type", "chat")
          .writeStringProperty("room", publication.topic().name())
          .writeNumberProperty("offset", position.offset())
          .writeStringProperty("pos", position.toString())
          .writeStringProperty("id", publication.id())
          .writeStringProperty("client", chat.client().value())
          .writeName("sender")
          .writeRawUTF8String(escapedSender, 0, escapedSender.length)
          .writeName("message")
          .writeRawUTF8String(escapedMessage, 0, escapedMessage.length)
          .writeNumberProperty("time", publication.time());
    });
  }
}
