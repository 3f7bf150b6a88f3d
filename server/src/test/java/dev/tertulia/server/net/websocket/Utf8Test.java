package dev.tertulia.server.net.websocket;

import dev.tertulia.server.testing.Seeded;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/// Our UTF-8 against the JDK's.
final class Utf8Test {
  /// Bytes at the edges of what RFC 3629 allows.
  private static final byte[] EDGES =
      HexFormat.of().parseHex("00417f80838f909fa0bfc0c1c2c3dfe0e1ecedeeeff0f1f3f4f5f8feff");

  private static final CharsetDecoder DECODER = StandardCharsets.UTF_8.newDecoder();

  @Test
  void everyCombinationOfEdgeBytes() {
    for (byte a : EDGES) {
      for (byte b : EDGES) {
        for (byte c : EDGES) {
          for (byte d : EDGES) {
            assertSame(new byte[] {a, b, c, d});
          }
          assertSame(new byte[] {a, b, c});
        }
        assertSame(new byte[] {a, b});
      }
      assertSame(new byte[] {a});
    }
  }

  @RepeatedTest(3)
  void randomBytesInRandomPieces() {
    Seeded seeded = Seeded.print();
    RandomGenerator random = seeded.random();
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = randomText(random);
      assertSame(bytes);
      if (inPieces(bytes, random) != Utf8.isValid(bytes, 0, bytes.length)) {
        throw new AssertionError(seeded + ": in pieces " + HexFormat.of().formatHex(bytes));
      }
    }
  }

  /// Mostly good text, with a byte changed now and then.
  private static byte[] randomText(RandomGenerator random) {
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(40);
    for (int i = 0; i < length; i++) {
      int codePoint = random.nextInt(1 << (1 + random.nextInt(20)));
      text.appendCodePoint(codePoint >= 0xd800 && codePoint < 0xe000 ? 'x' : codePoint);
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    if (bytes.length > 0 && random.nextBoolean()) {
      bytes[random.nextInt(bytes.length)] = EDGES[random.nextInt(EDGES.length)];
    }
    return random.nextInt(4) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)) : bytes;
  }

  private static boolean inPieces(byte[] bytes, RandomGenerator random) {
    int state = Utf8.START;
    for (int at = 0; at < bytes.length; ) {
      int length = Math.min(bytes.length - at, random.nextInt(5));
      state = Utf8.check(state, bytes, at, length);
      at += length;
    }
    return state == Utf8.START;
  }

  private static void assertSame(byte[] bytes) {
    boolean expected = decodes(bytes);
    byte[] inside = new byte[bytes.length + 20];
    Arrays.fill(inside, (byte) 0xff);
    System.arraycopy(bytes, 0, inside, 7, bytes.length);
    if (Utf8.isValid(inside, 7, bytes.length) != expected) {
      throw new AssertionError(HexFormat.of().formatHex(bytes) + " is UTF-8: " + expected);
    }
  }

  private static boolean decodes(byte[] bytes) {
    try {
      DECODER.decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
