package dev.tertulia.server.net.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.protocol.Frames;
import dev.tertulia.server.protocol.base.BaseFormat;
import dev.tertulia.server.testing.Rfc7692;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DeflateFormatTest {
  private final Deflation deflation = new Deflation();
  private final BaseFormat plain = new BaseFormat(0, Language.ES);
  private final DeflateFormat format = new DeflateFormat(1, plain, deflation);

  @AfterEach
  void end() {
    deflation.close();
  }

  private static Publication saying(String message) {
    return Publication.kept(
        TopicName.room(RoomName.LOBBY),
        new Position(1, 7),
        1_763_862_000_000L,
        "1:7",
        new Entry.Chat(new ClientId("ana"), "Ana", message));
  }

  private static ByteBuf there(@Nullable ByteBuf frame) {
    return Objects.requireNonNull(frame);
  }

  private static byte[] bytesOf(ByteBuf frame) {
    byte[] bytes = ByteBufUtil.getBytes(frame);
    frame.release();
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 1_000, 20_000, 65_536})
  void aLongMessageIsCompressedByItself(int length) {
    Publication publication = saying("hola ".repeat(length / 5));
    for (int i = 0; i < 3; i++) {
      byte[] frame = bytesOf(there(format.encode(publication)));
      assertThat(frame[0]).isEqualTo((byte) Rfc7692.TEXT);
      int start = frame[1] < 126 ? 2 : 4;
      byte[] plainFrame = bytesOf(there(plain.encode(publication)));
      assertThat(frame.length).isLessThan(plainFrame.length / 2);
      byte[] message = Rfc7692.decompress(Arrays.copyOfRange(frame, start, frame.length));
      assertThat(new String(message, StandardCharsets.UTF_8)).contains("hola hola").endsWith("}");
      assertThat(plainFrame).endsWith(message);
    }
    assertThat(deflation.idle()).isEqualTo(1);
  }

  @Test
  void messagesAreCompressedFromTheThreshold() {
    ByteBuf base = there(plain.encode(saying("")));
    int empty = base.readableBytes() + 2; // The length needs two bytes more past 125.
    base.release();
    String justShort = "x".repeat(DeflateFormat.THRESHOLD_BYTES - empty - 1);
    assertThat(bytesOf(there(format.encode(saying(justShort))))[0]).isEqualTo((byte) 0x81);
    assertThat(bytesOf(there(format.encode(saying(justShort + "x"))))[0]).isEqualTo((byte) 0xc1);
  }

  @Test
  void anIncompressibleMessageIsSentUncompressed() {
    byte[] noise = new byte[2_000];
    new Random(1).nextBytes(noise);
    ByteBuf frame = Frames.frame(ByteBufAllocator.DEFAULT, Frames.BINARY, noise);
    ByteBuf shorter = format.shorter(frame);
    assertThat(shorter).isSameAs(frame);
    assertThat(frame.refCnt()).isEqualTo(2);
    frame.release(2);
  }

  @Test
  void aShortMessageSharesThePlainBytes() {
    ByteBuf atHand = there(plain.encode(saying("hola")));
    ByteBuf frame = there(format.encode(saying("hola"), new ByteBuf[] {atHand, null}));
    assertThat(frame).isSameAs(atHand);
    assertThat(atHand.refCnt()).isEqualTo(2);
    atHand.release(2);
  }

  @Test
  void aLongMessageIsCompressedFromThePlainBytes() {
    ByteBuf atHand = there(plain.encode(saying("hola ".repeat(200))));
    byte[] made =
        bytesOf(there(format.encode(saying("not looked at"), new ByteBuf[] {atHand, null})));
    assertThat(made).isEqualTo(bytesOf(there(format.encode(saying("hola ".repeat(200))))));
    assertThat(atHand.refCnt()).isEqualTo(1);
    atHand.release();
  }

  @Test
  void withoutThePlainBytesItEncodesThem() {
    byte[] made = bytesOf(there(format.encode(saying("hola"), new ByteBuf[2])));
    assertThat(made).isEqualTo(bytesOf(there(plain.encode(saying("hola")))));
  }

  @Test
  void longAnswersAreCompressed() {
    Refusal refusal = new Refusal(ErrorCode.INVALID, "no ".repeat(300));
    assertThat(bytesOf(there(format.encode(refusal)))[0]).isEqualTo((byte) 0xc1);
    assertThat(bytesOf(there(format.encode(new Refusal(ErrorCode.INVALID, "no"))))[0])
        .isEqualTo((byte) 0x81);
  }

  @Test
  void thePlainFormatComesFirst() {
    assertThatThrownBy(() -> new DeflateFormat(0, plain, deflation))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void concurrentThreadsUseSeparateDeflatersAndFewAreKept() throws Exception {
    int threads = 8;
    CountDownLatch begin = new CountDownLatch(1);
    List<Future<?>> done = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      for (int t = 0; t < threads; t++) {
        String text = ("thread " + t + ' ').repeat(100);
        done.add(
            pool.submit(() -> {
              begin.await();
              for (int i = 0; i < 200; i++) {
                byte[] frame = bytesOf(there(format.encode(saying(text))));
                byte[] payload = Arrays.copyOfRange(frame, frame[1] < 126 ? 2 : 4, frame.length);
                assertThat(new String(Rfc7692.decompress(payload), StandardCharsets.UTF_8))
                    .contains(text);
              }
              return null;
            }));
      }
      begin.countDown();
      for (Future<?> one : done) {
        one.get();
      }
    }
    assertThat(deflation.idle()).isBetween(1, Deflation.MAX_IDLE);
    deflation.close();
    assertThat(deflation.idle()).isZero();
    assertThat(bytesOf(there(format.encode(saying("x".repeat(1000)))))[0]).isEqualTo((byte) 0xc1);
    assertThat(deflation.idle()).as("kept after the end").isZero();
  }
}
