package dev.tertulia.server.net.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.testing.Rfc7692;
import dev.tertulia.server.testing.Seeded;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class InflationTest {
  private static final int MAX = 100_000;

  private final Inflation inflation = new Inflation();

  @AfterEach
  void end() {
    inflation.close();
  }

  private @Nullable CloseReason inflate(byte[] payload, int max) {
    byte[] room = Arrays.copyOf(payload, payload.length + Inflation.TAIL_BYTES);
    return inflation.inflate(room, 0, payload.length, max);
  }

  private String message(byte[] payload) {
    assertThat(inflate(payload, MAX)).isNull();
    return new String(inflation.bytes(), 0, inflation.length(), StandardCharsets.UTF_8);
  }

  /// Those of RFC 7692, section 7.2.3: one block, in two fragments, not compressed, marked as
  /// final, in two blocks; and nothing at all, in three ways.
  @ParameterizedTest
  @CsvSource({
    "f248cdc9c90700,         Hello",
    "000500faff48656c6c6f00, Hello",
    "f348cdc9c9070000,       Hello",
    "f348cdc9c90700,         Hello",
    "f24805000000ffffcac9c90700, Hello",
    "00,                     ''",
    "0300,                   ''",
    "'',                     ''",
  })
  void theExamplesOfTheRfcAreInflated(String payload, String message) {
    assertThat(message(HexFormat.of().parseHex(payload))).isEqualTo(message);
  }

  @Test
  void aMessageThatNeedsThePreviousOneIsRefused() {
    assertThat(message(HexFormat.of().parseHex("f248cdc9c90700"))).isEqualTo("Hello");
    assertThat(inflate(HexFormat.of().parseHex("f200110000"), MAX))
        .isEqualTo(CloseReason.BAD_COMPRESSION);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ff",
        "07",
        "f248cdc9c9",
        "f248cdc9c907",
        "f248cdc9c9070000",
        "000500faff4865",
        "00ff0000ff48",
        "000500fbff",
        "f348cdc9c907",
        "f348cdc9c90700ff",
        "62"
      })
  void incompleteOrInvalidInputIsRefused(String payload) {
    assertThat(inflate(HexFormat.of().parseHex(payload), MAX))
        .isEqualTo(CloseReason.BAD_COMPRESSION);
    assertThat(message(Rfc7692.compress(new byte[] {'a'}))).as("the next one").isEqualTo("a");
  }

  @Test
  void blocksAfterAFinalOneMayReferToEarlierOutput() {
    byte[] half = "one half of a message".getBytes(StandardCharsets.UTF_8);
    Deflater deflater = new Deflater(9, true);
    deflater.setDictionary(half);
    deflater.setInput(half);
    deflater.finish();
    byte[] second = new byte[100];
    int length = deflater.deflate(second);
    deflater.end();
    assertThat(length).as("it refers").isLessThan(10);
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(Rfc7692.compressAsFinal(half));
    both.write(second, 0, length);
    assertThat(message(both.toByteArray())).isEqualTo("one half of a message".repeat(2));
  }

  @Test
  void finalBlocksAreBounded() {
    byte[] one = Rfc7692.compressAsFinal(new byte[] {'x'});
    int most = Inflation.MAX_FINAL_BLOCKS;
    assertThat(message(repeat(one, most))).isEqualTo("x".repeat(most));
    assertThat(inflate(repeat(one, most + 1), MAX)).isEqualTo(CloseReason.TOO_LARGE);
    assertThat(inflate(repeat(one, 100_000), 1 << 20)).isEqualTo(CloseReason.TOO_LARGE);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4095, 4096, 4097, 8191, 8192, 8193, 65_536, 1 << 20})
  void theLimitIsExact(int max) {
    assertThat(inflate(Rfc7692.compress(new byte[max]), max)).isNull();
    assertThat(inflation.length()).isEqualTo(max);
    assertThat(inflate(Rfc7692.compress(new byte[max + 1]), max)).isEqualTo(CloseReason.TOO_LARGE);
    assertThat(inflate(Rfc7692.compress(new byte[max]), max)).isNull();
  }

  @Test
  void aBombIsAbortedAtTheLimit() {
    byte[] bomb = Rfc7692.compress(new byte[100 << 20]);
    assertThat(bomb.length).isLessThan(200_000);
    assertThat(inflate(bomb, 1 << 20)).isEqualTo(CloseReason.TOO_LARGE);
    assertThat(inflation.length()).isEqualTo((1 << 20) + 1);
    assertThat(inflation.bytes().length).isLessThanOrEqualTo((1 << 20) + 1);
  }

  @Test
  void incompressibleInputFitsTheLimitForCompressedInput() {
    byte[] noise = new byte[1 << 20];
    new Random(1).nextBytes(noise);
    assertThat(Rfc7692.compress(noise).length).isGreaterThan(noise.length);
    assertThat(Rfc7692.compress(noise).length)
        .isLessThan(Inflation.longestCompressed(noise.length));
  }

  @RepeatedTest(200)
  void randomBytesAreInflatedOrRefusedWithinTheLimit() {
    Seeded seeded = Seeded.print();
    RandomGenerator random = seeded.random();
    byte[] message = new byte[random.nextInt(20_000)];
    for (int i = 0; i < message.length; i++) {
      message[i] = (byte) random.nextInt(1 + i % 40);
    }
    byte[] payload =
        random.nextBoolean() ? Rfc7692.compress(message) : Rfc7692.compressAsFinal(message);
    int max = random.nextBoolean() ? message.length : random.nextInt(20_000);
    for (int i = random.nextInt(4); i > 0; i--) {
      payload[random.nextInt(payload.length)] ^= (byte) (1 << random.nextInt(8));
    }
    inflate(random.nextBoolean() ? payload : Arrays.copyOf(payload, payload.length / 2), max);
    assertThat(inflation.length()).as(seeded.toString()).isLessThanOrEqualTo(max + 1);
    assertThat(message(Rfc7692.compress(new byte[] {'a'}))).as(seeded.toString()).isEqualTo("a");
  }

  private static byte[] repeat(byte[] bytes, int times) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < times; i++) {
      all.writeBytes(bytes);
    }
    return all.toByteArray();
  }
}
