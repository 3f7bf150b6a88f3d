package dev.tertulia.server.topic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.testing.Faults;
import dev.tertulia.server.testing.ManualLoop;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledDirectByteBuf;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Failures between the journal and a subscriber: no subscriber has an undetected gap, and others
/// are not affected. Buffer leaks are detected by [dev.tertulia.server.testing.BufferLeakCheck].
@ParameterizedClass
@EnumSource
final class FanoutFaultsTest {
  private static final TopicName LOBBY = TopicName.room(RoomName.LOBBY);
  private static final TopicName OTHER = TopicName.room(new RoomName("other"));

  private final Faults fault;
  private final ScarceAllocator memory = new ScarceAllocator();
  private final TextFormat plain = new TextFormat(0);
  private final TextFormat loud = new TextFormat(1);
  private final EngineGuard guard = EngineGuard.ofNoProcess();
  private final Fanout fanout =
      new Fanout(List.of(plain, loud), Long.MAX_VALUE, new Meters(), guard);
  private final ManualLoop first = new ManualLoop(0);
  private final ManualLoop second = new ManualLoop(1);
  private final DeafLoop deaf = new DeafLoop(second);
  private final LoopTopics onFirst = first.topicsOf(fanout);
  private final LoopTopics onSecond = deaf.topicsOf(fanout);

  FanoutFaultsTest(Faults fault) {
    this.fault = fault;
  }

  @AfterEach
  void nothingIsHeldAndOnlyAFullHeapIsFatal() {
    assertThat(memory.given).allMatch(buffer -> buffer.refCnt() == 0);
    assertThat(guard.fault() != null).isEqualTo(fault.isFatal());
    assertThat(guard.survived() > 0).isNotEqualTo(fault.isFatal());
  }

  /// Memory that may be refused.
  private final class ScarceAllocator extends AbstractByteBufAllocator {
    private final List<ByteBuf> given = new ArrayList<>();
    private boolean empty;

    ScarceAllocator() {
      super(true);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initial, int max) {
      if (empty) {
        return fault.raise();
      }
      ByteBuf buffer = new UnpooledDirectByteBuf(this, initial, max);
      given.add(buffer);
      return buffer;
    }

    @Override
    protected ByteBuf newHeapBuffer(int initial, int max) {
      throw new UnsupportedOperationException("what goes onto the wire is direct");
    }

    @Override
    public boolean isDirectBufferPooled() {
      return false;
    }
  }

  /// Fails at one message.
  private final class TextFormat extends PublicationFormat {
    private @Nullable String failsAt;

    TextFormat(int index) {
      super(index);
    }

    @Override
    public ByteBuf encode(Publication publication) {
      String message = ((Entry.Chat) publication.entry()).message();
      return message.equals(failsAt) ? fault.raise() : ByteBufUtil.writeUtf8(memory, message + " ");
    }
  }

  /// A loop that may fail when it is given a task: before it has taken it, or after.
  private final class DeafLoop implements Loop {
    private final ManualLoop loop;
    private int failures;
    private boolean takesIt;

    DeafLoop(ManualLoop loop) {
      this.loop = loop;
    }

    LoopTopics topicsOf(Fanout all) {
      LoopTopics[] own = new LoopTopics[1];
      own[0] = all.addLoop(this, () -> atEndOfTurn(() -> own[0].distribute()));
      return own[0];
    }

    @Override
    public void execute(Runnable task) {
      if (failures == 0 || takesIt) {
        loop.execute(task);
      }
      if (failures > 0) {
        failures--;
        fault.raise();
      }
    }

    @Override
    public int index() {
      return loop.index();
    }

    @Override
    public void atEndOfTurn(Runnable task) {
      loop.atEndOfTurn(task);
    }

    @Override
    public void restAfterTurn(LongSupplier nanos) {
      loop.restAfterTurn(nanos);
    }

    @Override
    public long workedNanos() {
      return loop.workedNanos();
    }

    @Override
    public void after(Duration delay, Runnable task) {
      loop.after(delay, task);
    }

    @Override
    public void every(Duration period, Runnable task) {
      loop.every(period, task);
    }
  }

  private final class Listener implements Subscriber {
    private final StringBuilder heard = new StringBuilder();
    private boolean fails;

    @Override
    public void deliver(ByteBuf frames, int from) {
      if (fails) {
        fault.raise();
      }
      heard.append(
          frames.toString(
              frames.readerIndex() + from, frames.readableBytes() - from, StandardCharsets.UTF_8));
    }

    @Override
    public void missed(TopicName topic) {
      heard.append("(begins again) ");
    }

    @Override
    public void broken(Throwable failure) {
      guard.caught("a listener", failure);
      heard.append("(broken) ");
    }
  }

  private static Publication say(TopicName topic, int number) {
    Entry.Chat chat = new Entry.Chat(new ClientId("ana"), "Ana", "m" + number);
    return Publication.kept(topic, new Position(1, number), 0, "", chat);
  }

  private static Publication signal(TopicName topic, int number) {
    Entry.Chat chat = new Entry.Chat(new ClientId("ana"), "Ana", "m" + number);
    return new Publication(topic, null, 0, 0, "", chat, null);
  }

  private void turn() {
    first.turn();
    second.turn();
  }

  private Listener listen(LoopTopics loop, TopicName topic, WireFormat format) {
    Listener listener = new Listener();
    loop.subscribe(topic, format, listener);
    return listener;
  }

  private static List<String> heard(Listener... listeners) {
    List<String> all = new ArrayList<>();
    for (Listener listener : listeners) {
      all.add(listener.heard.toString());
    }
    return all;
  }

  @Test
  void anEncodingFailureMakesOnlyItsTopicStartOver() {
    Listener here = listen(onFirst, LOBBY, plain);
    Listener there = listen(onSecond, LOBBY, loud);
    Listener other = listen(onFirst, OTHER, plain);
    Listener otherThere = listen(onSecond, OTHER, loud);
    loud.failsAt = "m2";
    fanout.publish(
        List.of(say(LOBBY, 1), say(OTHER, 11), say(LOBBY, 2), say(LOBBY, 3), say(OTHER, 12)));
    fanout.publish(List.of(say(LOBBY, 4), say(OTHER, 13)));
    turn();
    // A made-up subscriber stays subscribed: what matters is that it hears of the gap before m4.
    assertThat(heard(here, there)).containsOnly("(begins again) m1 m4 ");
    assertThat(heard(other, otherThere)).containsExactly("m11 m12 m13 ", "m11 m12 m13 ");
  }

  @Test
  void aSignalThatCanNotBeEncodedIsDropped() {
    Listener here = listen(onFirst, LOBBY, plain);
    plain.failsAt = "m2";
    fanout.publish(List.of(say(LOBBY, 1), signal(LOBBY, 2), say(LOBBY, 3)));
    turn();
    assertThat(heard(here)).containsExactly("m1 m3 ");
  }

  @Test
  void aFailedLoopIsNotifiedAndOthersAreUnaffected() {
    Listener here = listen(onFirst, LOBBY, plain);
    Listener there = listen(onSecond, LOBBY, loud);
    Listener other = listen(onSecond, OTHER, plain);
    deaf.failures = 1;
    fanout.publish(List.of(say(LOBBY, 1), say(OTHER, 1), say(LOBBY, 2)));
    turn();
    assertThat(heard(here, there, other))
        .containsExactly("m1 m2 ", "(begins again) ", "(begins again) ");
  }

  @Test
  void aBatchQueuedDespiteAnErrorIsNotDeliveredTwice() {
    Listener there = listen(onSecond, LOBBY, loud);
    deaf.failures = 1;
    deaf.takesIt = true;
    fanout.publish(List.of(say(LOBBY, 1)));
    turn();
    assertThat(heard(there)).containsExactly("(begins again) ");
  }

  @Test
  void aFailedSubscriberIsNotifiedAndOthersAreServed() {
    List<Listener> all = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      all.add(listen(onFirst, LOBBY, i % 2 == 0 ? plain : loud));
    }
    Listener other = listen(onFirst, OTHER, plain);
    all.get(2).fails = true;
    fanout.publish(List.of(say(LOBBY, 1), say(LOBBY, 2), say(OTHER, 1)));
    turn();
    all.get(2).fails = false;
    fanout.publish(List.of(say(LOBBY, 3)));
    turn();
    assertThat(heard(all.get(2))).containsExactly("(broken) m3 ");
    all.remove(2);
    assertThat(all).allMatch(listener -> listener.heard.toString().equals("m1 m2 m3 "));
    assertThat(heard(other)).containsExactly("m1 ");
  }

  @Test
  void aTurnWithoutMemoryMakesItsTopicStartOver() {
    Listener here = listen(onFirst, LOBBY, plain);
    Listener other = listen(onFirst, OTHER, plain);
    fanout.publish(List.of(say(LOBBY, 1), say(LOBBY, 2), say(OTHER, 1)));
    memory.empty = true;
    turn();
    memory.empty = false;
    fanout.publish(List.of(say(LOBBY, 3), say(OTHER, 2)));
    turn();
    assertThat(heard(here, other)).containsExactly("(begins again) m3 ", "m1 m2 ");
  }
}
