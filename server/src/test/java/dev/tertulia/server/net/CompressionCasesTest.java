package dev.tertulia.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.net.websocket.DeflateFormat;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.Rfc7692;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Sections 12 and 13 of the Autobahn test-suite, which that of the build does not have: messages
/// of five kinds, eighteen ways to send each, and seven offers of compression, numbered as there.
///
/// In 12.K.S and 13.O.S, K is the kind of payload, O the offer and S the size: 1 to 10 in one
/// frame, from 16 bytes to 128 KiB, and 11 to 18 in fragments.
final class CompressionCasesTest {
  private static final List<String> WORDS =
      List.of(
          ("habe nun ach Philosophie Juristerei und Medizin und leider auch Theologie durchaus"
               + " studiert mit heissem Bemuehn da steh ich nun ich armer Tor und bin so klug als"
               + " wie zuvor en un lugar de la Mancha de cuyo nombre no quiero acordarme no ha"
               + " mucho tiempo que vivia un hidalgo de los de lanza en astillero")
              .split(" "));

  /// @param fragment the longest fragment, in bytes; 0 for one frame
  record Size(int bytes, int fragment) {}

  private static final List<Size> SIZES =
      List.of(
          new Size(16, 0),
          new Size(64, 0),
          new Size(256, 0),
          new Size(1024, 0),
          new Size(4096, 0),
          new Size(8192, 0),
          new Size(16_384, 0),
          new Size(32_768, 0),
          new Size(65_536, 0),
          new Size(131_072, 0),
          new Size(8192, 256),
          new Size(16_384, 256),
          new Size(32_768, 256),
          new Size(65_536, 256),
          new Size(131_072, 256),
          new Size(131_072, 1024),
          new Size(131_072, 4096),
          new Size(131_072, 32_768));

  /// @param compressible whether each part of it of 1 KiB gets shorter
  record Payload(String name, boolean binary, boolean compressible, byte[] bytes) {}

  private static final List<Payload> PAYLOADS =
      List.of(
          new Payload("JSON", false, true, json(194_056)),
          new Payload("picture", true, true, picture(263_222)),
          new Payload("text", true, true, prose(222_218)),
          new Payload("HTML", false, true, html(263_527)),
          new Payload("PDF", true, false, pdf(1_042_328)));

  /// @param extensions what the client offers, best first
  /// @param window what is answered about the server's window
  record Offer(String extensions, String window, boolean compressed) {}

  private static final String DEFLATE = "permessage-deflate";
  private static final String NO_CONTEXT = DEFLATE + "; server_no_context_takeover";
  private static final String WINDOW = "; server_max_window_bits=";
  private static final List<Offer> OFFERS =
      List.of(
          new Offer(DEFLATE, "", true),
          new Offer(NO_CONTEXT, "", true),
          new Offer(DEFLATE + WINDOW + 9, WINDOW + 9, false),
          new Offer(DEFLATE + WINDOW + 15, WINDOW + 15, true),
          new Offer(NO_CONTEXT + WINDOW + 9, WINDOW + 9, false),
          new Offer(NO_CONTEXT + WINDOW + 15, WINDOW + 15, true),
          new Offer(
              NO_CONTEXT + WINDOW + 9 + ", " + NO_CONTEXT + ", " + DEFLATE, WINDOW + 9, false));

  /// One case of the suite.
  record Case(String id, Payload payload, Offer offer, Size size) {
    @Override
    public String toString() {
      return "%s: %s, %s bytes, in fragments of %s, offered %s"
          .formatted(id, payload.name, size.bytes, size.fragment, offer.extensions);
    }
  }

  private static EchoServer server;

  @BeforeAll
  static void start() {
    server = new EchoServer();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Stream<Case> section12() {
    return IntStream.range(0, PAYLOADS.size())
        .boxed()
        .flatMap(kind -> cases("12." + (kind + 1), PAYLOADS.get(kind), OFFERS.getFirst()));
  }

  private static Stream<Case> section13() {
    return IntStream.range(0, OFFERS.size())
        .boxed()
        .flatMap(offer -> cases("13." + (offer + 1), PAYLOADS.getFirst(), OFFERS.get(offer)));
  }

  private static Stream<Case> cases(String section, Payload payload, Offer offer) {
    return IntStream.range(0, SIZES.size())
        .mapToObj(size -> new Case(section + "." + (size + 1), payload, offer, SIZES.get(size)));
  }

  @Test
  void theNumberOfCasesIsThatOfTheSuite() {
    assertThat(section12()).hasSize(90);
    assertThat(section13()).hasSize(126);
  }

  @ParameterizedTest
  @MethodSource({"section12", "section13"})
  void fiveMessages(Case theCase) {
    exchange(theCase, 5);
  }

  @ParameterizedTest
  @MethodSource({"section12", "section13"})
  @Tag("long")
  void aThousandMessages(Case theCase) {
    exchange(theCase, 1000);
  }

  private static void exchange(Case theCase, int count) {
    Size size = theCase.size;
    boolean binary = theCase.payload.binary;
    try (RawSocket socket = RawSocket.open(server.port())) {
      socket.send(
          RawSocket.handshake("autobahn", server.port(), Rfc7692.offer(theCase.offer.extensions)));
      assertThat(socket.head())
          .containsIgnoringCase(
              "\r\nSec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover;"
                  + " client_no_context_takeover"
                  + theCase.offer.window
                  + "\r\n");
      for (int i = 0; i < count; i++) {
        byte[] message = slice(theCase.payload.bytes, (long) i * size.bytes, size.bytes);
        send(socket, binary, Rfc7692.compress(message), size.fragment);
        RawSocket.Frame echo = socket.read();
        assertThat(echo.opcode()).isEqualTo(binary ? 2 : 1);
        if (!theCase.offer.compressed || size.bytes < DeflateFormat.THRESHOLD_BYTES) {
          assertThat(echo.isCompressed()).isFalse();
        } else if (theCase.payload.compressible) {
          assertThat(echo.isCompressed()).isTrue();
          assertThat(echo.payload().length).isLessThan(message.length);
        }
        byte[] said = echo.isCompressed() ? Rfc7692.decompress(echo.payload()) : echo.payload();
        assertThat(Arrays.equals(said, message)).as("message %s comes back", i).isTrue();
      }
      socket.sendFrame(0x88, new byte[] {0x03, (byte) 0xe8});
      assertThat(socket.read().closeCode()).isEqualTo(1000);
      assertThat(socket.untilEnd()).isEmpty();
    }
  }

  private static void send(RawSocket socket, boolean binary, byte[] payload, int fragment) {
    int most = fragment == 0 ? payload.length : fragment;
    ByteArrayOutputStream frames = new ByteArrayOutputStream();
    int first = binary ? Rfc7692.BINARY_BEGINS : Rfc7692.TEXT_BEGINS;
    for (int from = 0; from < payload.length; from += most) {
      int to = Math.min(payload.length, from + most);
      int fin = to == payload.length ? 0x80 : 0;
      frames.writeBytes(RawSocket.frame(fin | first, Arrays.copyOfRange(payload, from, to)));
      first = 0;
    }
    socket.send(frames.toByteArray());
  }

  /// What is at `offset` in endless repetitions of `bytes`.
  private static byte[] slice(byte[] bytes, long offset, int length) {
    byte[] slice = new byte[length];
    for (int i = 0; i < length; i++) {
      slice[i] = bytes[(int) ((offset + i) % bytes.length)];
    }
    return slice;
  }

  private static String words(Random random, int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(WORDS.get(random.nextInt(WORDS.size()))).append(' ');
    }
    return text.toString();
  }

  private static byte[] json(int length) {
    Random random = new Random(1);
    StringBuilder all = new StringBuilder("[");
    for (int id = 0; all.length() < length; id++) {
      all.append(
          String.format(
              Locale.ROOT,
              "{\"id\":%s,\"guid\":\"%x\",\"active\":%b,\"name\":\"%s\",\"about\":\"%s\",\"at\":[%f,%f]},",
              id,
              random.nextLong(),
              random.nextBoolean(),
              words(random, 2),
              words(random, 30),
              random.nextDouble(),
              random.nextDouble()));
    }
    return ascii(all, length);
  }

  private static byte[] html(int length) {
    Random random = new Random(2);
    StringBuilder all = new StringBuilder("<!DOCTYPE html><html><body>\n");
    while (all.length() < length) {
      all.append(
          String.format(
              Locale.ROOT,
              "<div class=\"row\" id=\"r%s\"><a href=\"/%x\">%s</a><p>%s</p></div>\n",
              all.length(),
              random.nextInt(),
              words(random, 3),
              words(random, 40)));
    }
    return ascii(all, length);
  }

  private static byte[] prose(int length) {
    return ascii(new StringBuilder(words(new Random(3), length)), length);
  }

  /// Grey, in soft waves with a little noise.
  private static byte[] picture(int length) {
    Random random = new Random(4);
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      double wave = Math.sin((i % 512) / 40.0) + Math.cos(Math.floorDiv(i, 512) / 50.0);
      bytes[i] = (byte) (128 + 50 * wave + random.nextInt(3));
    }
    return bytes;
  }

  /// Streams that are compressed already, with a little text between them.
  private static byte[] pdf(int length) {
    Random random = new Random(5);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int id = 1; all.size() < length; id++) {
      byte[] stream = new byte[2000 + random.nextInt(20_000)];
      random.nextBytes(stream);
      String head =
          "%s 0 obj << /Length %s /Filter /FlateDecode >> stream\n".formatted(id, stream.length);
      all.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
      all.writeBytes(stream);
      all.writeBytes("\nendstream endobj\n".getBytes(StandardCharsets.US_ASCII));
    }
    return Arrays.copyOf(all.toByteArray(), length);
  }

  private static byte[] ascii(StringBuilder text, int length) {
    text.setLength(length);
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }
}
