package dev.tertulia.client.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.client.testing.Seeded;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Markers at any position in a message.
final class MarkerTest {
  private static final String NOISE = "~~~0123456789\"{}:, abcxyz\u00e9~";

  private final Marker marker = new Marker(42);

  private static ByteBuffer buffer() {
    return ByteBuffers.allocate(4096);
  }

  @Test
  void isFoundAtAnyPosition() {
    Seeded seeded = Seeded.print();
    RandomGenerator random = seeded.random();
    for (int round = 0; round < 20_000; round++) {
      ByteBuffer in = buffer();
      int from = noise(in, random);
      List<Long> due = new ArrayList<>();
      for (int i = random.nextInt(4); i > 0; i--) {
        noise(in, random);
        due.add(random.nextLong(10_000_000_000_000_000L));
        marker.put(in, random.nextInt(1_000_000), due.getLast());
      }
      int to = random.nextBoolean() ? in.position() : noise(in, random);
      // What lies behind the message is not part of it.
      marker.put(in, 1, 1);

      List<Long> found = new ArrayList<>();
      for (int at = marker.find(in, from, to);
          at >= 0;
          at = marker.find(in, at + Marker.LENGTH, to)) {
        found.add(Marker.due(in, at));
      }
      assertThat(found).as(seeded.toString()).isEqualTo(due);
    }
  }

  private static int noise(ByteBuffer in, RandomGenerator random) {
    for (int i = random.nextInt(30); i > 0; i--) {
      in.put((byte) NOISE.charAt(random.nextInt(NOISE.length())));
    }
    return in.position();
  }

  @Test
  void aTruncatedMarkerIsNotFound() {
    for (int cut = 1; cut < Marker.LENGTH; cut++) {
      ByteBuffer in = buffer();
      marker.put(in, 7, 123);
      assertThat(marker.find(in, 0, in.position() - cut)).isEqualTo(-1);
      assertThat(marker.find(in, cut, in.position())).isEqualTo(-1);
    }
  }

  @Test
  void aMarkerOfAnotherRunIsNotFound() {
    ByteBuffer in = buffer();
    new Marker(43).put(in, 7, 123);
    assertThat(marker.find(in, 0, in.position())).isEqualTo(-1);
  }

  @Test
  void aMarkerWithAnInvalidTimeIsNotFound() {
    for (int digit = 8; digit < Marker.LENGTH; digit++) {
      for (char c : new char[] {'/', ':', ' ', '\u00b0', '\u00ff', 'a'}) {
        ByteBuffer in = buffer();
        marker.put(in, 7, 123);
        in.put(digit, (byte) c);
        assertThat(marker.find(in, 0, in.position())).as(digit + " " + c).isEqualTo(-1);
      }
    }
  }

  @Test
  void identifiesItsSender() {
    for (int sender : new int[] {0, 1, 35, 36, 99_999, 999_999}) {
      ByteBuffer in = buffer();
      marker.put(in, sender, 5);
      assertThat(Marker.isFrom(in, 0, Marker.name(sender))).isTrue();
      assertThat(Marker.isFrom(in, 0, Marker.name(sender + 1))).isFalse();
    }
  }

  @Test
  void usesOnlyCharactersThatAreNeverEscaped() {
    ByteBuffer in = buffer();
    marker.put(in, 123_456, 9_876_543_210L);
    byte[] bytes = new byte[in.position()];
    in.get(0, bytes);
    assertThat(new String(bytes, StandardCharsets.US_ASCII)).matches("~[0-9a-z]{23}");
  }
}
