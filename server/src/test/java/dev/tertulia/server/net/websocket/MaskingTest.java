package dev.tertulia.server.net.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.Seeded;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Unmasking, compared with the definition in RFC 6455, section 5.3, byte by byte.
final class MaskingTest {
  private static final byte UNTOUCHED = 0x55;

  @Test
  void unmasksEveryLengthAtEveryOffsetAsTheRfcDefinesIt() {
    Seeded seeded = Seeded.print();
    for (int length = 0; length <= 70; length++) {
      for (int offset = 0; offset <= 9; offset++) {
        check(seeded, offset, length);
      }
    }
  }

  @Test
  void unmasksLongPayloadsAsTheRfcDefinesIt() {
    Seeded seeded = Seeded.print();
    for (int i = 0; i < 200; i++) {
      check(seeded, seeded.random().nextInt(100), seeded.random().nextInt(10_000));
    }
  }

  /// From a heap buffer and from a direct one: the payload is unmasked, the bytes around it stay,
  /// and exactly the payload has been read.
  private static void check(Seeded seeded, int offset, int length) {
    RandomGenerator random = seeded.random();
    int mask = random.nextInt();
    byte[] masked = new byte[length];
    random.nextBytes(masked);
    byte[] expected = new byte[offset + length + 9];
    Arrays.fill(expected, UNTOUCHED);
    for (int i = 0; i < length; i++) {
      int maskingKeyOctet = mask >>> (8 * (3 - i % 4));
      expected[offset + i] = (byte) (masked[i] ^ maskingKeyOctet);
    }
    for (ByteBuf in : new ByteBuf[] {Unpooled.buffer(), Unpooled.directBuffer()}) {
      try {
        in.writeBytes(masked).writeByte(1);
        byte[] out = new byte[expected.length];
        Arrays.fill(out, UNTOUCHED);
        FrameReader.unmask(in, out, offset, length, mask);
        assertThat(out).as("%s, offset %s, length %s", seeded, offset, length).isEqualTo(expected);
        assertThat(in.readableBytes()).as("what follows the payload, %s", seeded).isEqualTo(1);
      } finally {
        in.release();
      }
    }
  }
}
