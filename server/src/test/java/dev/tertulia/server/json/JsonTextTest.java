package dev.tertulia.server.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JsonGenerator;

final class JsonTextTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /// An object as large as a usual message.
  private static final String TEXT = "x".repeat(200);

  @Test
  void anObjectOfUsualSizeIsCopiedOnce() {
    long once = allocated(() -> JsonText.object(JsonTextTest::writeTo));
    long twice = allocated(JsonTextTest::writeToUsualStream);
    assertThat(once).isLessThanOrEqualTo(twice - TEXT.length());
  }

  @Test
  void anObjectIsCompleteInHoweverManyPiecesItComes() {
    for (int length : new int[] {0, 1, 7_000, 8_000, 16_000, 300_000}) {
      String text = "é".repeat(length);
      assertThat(JsonText.object(out -> out.writeStringProperty("text", text)))
          .asString(UTF_8)
          .isEqualTo("{\"text\":\"" + text + "\"}");
    }
  }

  @Test
  void bytesAreThoseThatWereWritten() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      JsonBytes bytes = new JsonBytes();
      ByteArrayOutputStream expected = new ByteArrayOutputStream();
      for (int left = random.nextInt(6); left > 0; left--) {
        byte[] piece = new byte[random.nextInt(40)];
        random.nextBytes(piece);
        int offset = random.nextInt(piece.length + 1);
        bytes.write(piece, offset, piece.length - offset);
        expected.write(piece, offset, piece.length - offset);
        bytes.write(left);
        expected.write(left);
      }
      assertThat(bytes.bytes()).as("seed %s", seed).isEqualTo(expected.toByteArray());
    }
  }

  private static void writeTo(JsonGenerator out) {
    out.writeStringProperty("text", TEXT);
  }

  private static byte[] writeToUsualStream() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator out = JsonText.generator(bytes)) {
      out.writeStartObject();
      writeTo(out);
      out.writeEndObject();
    }
    return bytes.toByteArray();
  }

  /// The bytes that this thread allocates for one object, at least.
  private static long allocated(Supplier<byte[]> writing) {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 50; i++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      int length = writing.get().length;
      long after = THREADS.getCurrentThreadAllocatedBytes();
      assertThat(length).isPositive();
      least = Math.min(least, after - before);
    }
    return least;
  }
}
