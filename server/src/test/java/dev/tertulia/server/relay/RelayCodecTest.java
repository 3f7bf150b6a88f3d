package dev.tertulia.server.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.NodeName;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.relay.RelayMessage.Announcement;
import dev.tertulia.server.relay.RelayMessage.Answer;
import dev.tertulia.server.relay.RelayMessage.Disconnect;
import dev.tertulia.server.relay.RelayMessage.Erasure;
import dev.tertulia.server.relay.RelayMessage.Inquiry;
import dev.tertulia.server.relay.RelayMessage.Membership;
import dev.tertulia.server.relay.RelayMessage.Origin;
import dev.tertulia.server.relay.RelayMessage.Presence;
import dev.tertulia.server.relay.RelayMessage.Publications;
import dev.tertulia.server.relay.RelayMessage.Report;
import dev.tertulia.server.relay.RelayMessage.Revocation;
import dev.tertulia.server.relay.RelayMessage.SentInquiry;
import dev.tertulia.server.relay.RelayMessage.SentReport;
import dev.tertulia.server.relay.RelayMessage.Signals;
import dev.tertulia.server.relay.RelayMessage.Unknown;
import dev.tertulia.server.testing.Seeded;
import dev.tertulia.server.topic.OffsetRange;
import dev.tertulia.server.topic.TopicName;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class RelayCodecTest {
  private static final Origin ORIGIN = new Origin(new NodeName("node-1"), 5, -7, 1L << 60);

  @Test
  void everyMessageIsReadAsItWasWritten() throws RelayFormatException {
    Seeded seeded = Seeded.print();
    RandomGenerator random = seeded.random();
    for (int i = 0; i < 2_000; i++) {
      RelayMessage message = message(random);
      assertThat(RelayCodec.decode(RelayCodec.encode(message))).isEqualTo(message);
    }
  }

  /// Whatever comes: a message, or a named error, and never another failure.
  @Test
  void whatIsDamagedIsAMessageOrANamedError() {
    Seeded seeded = Seeded.print();
    RandomGenerator random = seeded.random();
    int errors = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = RelayCodec.encode(message(random));
      bytes =
          Arrays.copyOf(
              bytes, random.nextInt(4) == 0 ? random.nextInt(bytes.length + 1) : bytes.length);
      for (int damage = random.nextInt(4); damage > 0 && bytes.length > 0; damage--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try {
        RelayCodec.decode(bytes);
      } catch (RelayFormatException e) {
        assertThat(e).hasMessageMatching("[a-zA-Z0-9 -]+");
        assertThat(e.getStackTrace()).isEmpty();
        errors++;
      }
    }
    assertThat(errors).isGreaterThan(1_000);
  }

  @Test
  void aLengthThatIsOnlyClaimedTakesNoMemory() {
    byte[] message = RelayCodec.encode(new Announcement(ORIGIN, 1, List.of()));
    ByteBuffer.wrap(message).putInt(message.length - 4, Integer.MAX_VALUE);
    assertThatThrownBy(() -> RelayCodec.decode(message))
        .isInstanceOf(RelayFormatException.class)
        .hasMessage("a list longer than the message");
    byte[] signals =
        RelayCodec.encode(
            new Signals(
                ORIGIN, TopicName.BROADCASTS, List.of(new Signals.Signal(null, 1, new byte[0]))));
    ByteBuffer.wrap(signals).putInt(signals.length - 4, Integer.MAX_VALUE);
    assertThatThrownBy(() -> RelayCodec.decode(signals)).hasMessage("cut off");
    assertThatThrownBy(() -> RelayCodec.decode(new byte[RelayCodec.MOST_BYTES + 1]))
        .hasMessage("longer than 1048576 bytes");
  }

  @Test
  void aMessageOfAnotherVersionOrKindIsKeptWholeAndPassedOn() throws RelayFormatException {
    for (int changed : List.of(0, 1)) {
      byte[] newer = RelayCodec.encode(new Revocation(ORIGIN, 3));
      newer[changed] = 99;
      RelayMessage message = RelayCodec.decode(newer);
      assertThat(message).isInstanceOf(Unknown.class);
      assertThat(message.origin()).isEqualTo(ORIGIN);
      assertThat(RelayCodec.encode(message)).isEqualTo(newer);
    }
  }

  @Test
  void aMessageAboutATopicOfAnotherKindIsKeptWhole() throws RelayFormatException {
    Publications one = new Publications(ORIGIN, TopicName.inbox(new ClientId("ana")), 7, List.of());
    byte[] newer = RelayCodec.encode(one);
    newer[newer.length - 4 - 8 - "ana".length() - 2 - 1] = 99;
    assertThat(RelayCodec.decode(newer)).isInstanceOf(Unknown.class);
  }

  @Test
  void fieldsThatALaterVersionAppendsAreSkipped() throws RelayFormatException {
    Publications sent =
        new Publications(
            ORIGIN,
            TopicName.BROADCASTS,
            7,
            List.of(
                new Publications.Stored(1, 2, "id", new ClientId("ana"), 0, 1, new byte[] {1})));
    byte[] plain = RelayCodec.encode(sent);
    int itemAt = plain.length - item(sent) - 4;
    byte[] longer = Arrays.copyOf(plain, plain.length + 3 + 2);
    ByteBuffer.wrap(longer).putInt(itemAt, item(sent) + 3);
    assertThat(RelayCodec.decode(longer)).isEqualTo(sent);
  }

  private static int item(Publications sent) {
    byte[] none = RelayCodec.encode(new Publications(ORIGIN, sent.topic(), 7, List.of()));
    return RelayCodec.encode(sent).length - none.length - 4;
  }

  @Test
  void everySignalIsReadAsItWasWritten() throws RelayFormatException {
    for (Entry.Signal signal :
        List.of(
            new Entry.Departure(new ClientId("ana")),
            new Entry.Typing(new ClientId("ana"), "Añá 🙂"),
            new Entry.ReadMark(new ClientId("ana"), new RoomName("plaza"), 1L << 40),
            new Entry.Presence(new ClientId("ana"), "", true, 3),
            new Entry.Presence(new ClientId("ana"), "Ana", false, 0))) {
      assertThat(SignalBody.read(SignalBody.kind(signal), SignalBody.write(signal)))
          .isEqualTo(signal);
    }
    assertThat(SignalBody.read(99, new byte[0])).isNull();
    assertThatThrownBy(() -> SignalBody.read(1, new byte[0]))
        .isInstanceOf(RelayFormatException.class);
  }

  private static RelayMessage message(RandomGenerator random) {
    Origin origin =
        new Origin(
            new NodeName("n" + random.nextInt(100)),
            random.nextLong(),
            random.nextLong(),
            random.nextLong());
    return switch (random.nextInt(15)) {
      case 0 ->
          new Publications(
              origin,
              topic(random),
              random.nextLong(),
              some(
                  random,
                  () ->
                      new Publications.Stored(
                          random.nextLong(),
                          random.nextLong(),
                          text(random),
                          client(random),
                          random.nextLong(),
                          random.nextInt(100),
                          body(random))));
      case 1 ->
          new Signals(
              origin,
              topic(random),
              some(
                  random,
                  () ->
                      new Signals.Signal(
                          random.nextBoolean() ? client(random) : null,
                          random.nextInt(9),
                          body(random))));
      case 2 ->
          new Presence(
              origin,
              random.nextLong(),
              random.nextInt(9),
              random.nextInt(9),
              some(
                  random,
                  () ->
                      new Presence.Stay(
                          random.nextBoolean() ? new RoomName("r" + random.nextInt(9)) : null,
                          client(random),
                          text(random),
                          random.nextInt(9))));
      case 3 -> new Disconnect(origin, random.nextLong(), client(random), random.nextInt(5_000));
      case 4 -> new Revocation(origin, random.nextLong());
      case 5 -> new Answer(origin, random.nextLong(), new NodeName("other"), random.nextInt(9));
      case 6 ->
          new Announcement(
              origin,
              random.nextLong(),
              some(
                  random,
                  () ->
                      new Announcement.Batch(
                          random.nextLong(),
                          some(
                              random,
                              () -> new Announcement.End(topic(random), random.nextLong())))));
      case 7 ->
          new Membership(
              origin, random.nextLong(), client(random), new RoomName("r" + random.nextInt(9)));
      case 8 -> new Erasure(origin, client(random));
      case 9 -> new Inquiry(origin, random.nextLong(), client(random));
      case 10 ->
          new Report(
              origin,
              random.nextLong(),
              new NodeName("other"),
              some(
                  random,
                  () ->
                      new Report.Seen(
                          text(random),
                          "full",
                          random.nextLong(),
                          random.nextInt(9),
                          some(random, () -> new RoomName("r" + random.nextInt(9))))));
      case 13 -> new RelayMessage.Primary(origin, random.nextLong());
      case 11 -> new SentInquiry(origin, random.nextLong(), client(random));
      case 12 ->
          new SentReport(
              origin,
              random.nextLong(),
              new NodeName("other"),
              random.nextLong(),
              some(
                  random,
                  () ->
                      new SentReport.Sent(
                          text(random),
                          "full",
                          text(random),
                          random.nextLong(),
                          random.nextLong(),
                          some(random, () -> range(random)),
                          some(random, () -> range(random)))));
      default -> {
        byte[] newer = RelayCodec.encode(new Revocation(origin, random.nextLong()));
        newer[0] = 2;
        yield new Unknown(origin, newer[1], newer);
      }
    };
  }

  private static TopicName topic(RandomGenerator random) {
    return switch (random.nextInt(4)) {
      case 0 -> TopicName.room(new RoomName("room" + random.nextInt(9)));
      case 1 -> TopicName.inbox(client(random));
      case 2 -> TopicName.presence(new RoomName("room" + random.nextInt(9)));
      default -> TopicName.BROADCASTS;
    };
  }

  private static OffsetRange range(RandomGenerator random) {
    long after = random.nextInt(1_000);
    return new OffsetRange(after, after + 1 + random.nextInt(1_000));
  }

  private static ClientId client(RandomGenerator random) {
    return new ClientId("client-" + random.nextInt(1_000));
  }

  private static String text(RandomGenerator random) {
    return random.nextBoolean() ? "" : "ñ🙂 " + "x".repeat(random.nextInt(300));
  }

  private static byte[] body(RandomGenerator random) {
    byte[] body = new byte[random.nextInt(random.nextInt(20) == 0 ? 5_000 : 50)];
    random.nextBytes(body);
    return body;
  }

  private static <T> List<T> some(RandomGenerator random, Supplier<T> one) {
    List<T> all = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      all.add(one.get());
    }
    return all;
  }
}
