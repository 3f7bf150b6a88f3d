package dev.tertulia.server.protocol.base;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.protocol.Received;
import dev.tertulia.server.protocol.Received.Ref;
import dev.tertulia.server.testing.Seeded;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What base clients say, read.
final class MessageReaderTest {
  private final MessageReader reader = new MessageReader(Language.EN);

  @Test
  void theThreeTypesAreRead() {
    assertThat(read("{\"type\":\"chat\",\"sender\":\"A\",\"message\":\"m\"}"))
        .isEqualTo(new ClientMessage.Chat("A", "m"));
    assertThat(read("{\"type\":\"chat\"}")).isEqualTo(new ClientMessage.Chat(null, null));
    assertThat(read("{\"message\":\"m\",\"type\":\"notification\"}"))
        .isEqualTo(new ClientMessage.Notification("m"));
    assertThat(read(" {\"type\" : \"broadcast_notification\"}\n"))
        .isEqualTo(new ClientMessage.BroadcastNotification(null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{\"type\":\"chat\",\"ref\":7}; 7",
        "{\"ref\":\"a\\\"b\",\"type\":\"chat\"}; \"a\\\"b\"",
        "{\"type\":\"no such\",\"ref\":-1}; -1",
        "{\"type\":\"chat\",\"message\":1,\"ref\":8}; 8",
        "{\"type\":\"chat\",\"message\":{\"ref\":1},\"ref\":9}; 9",
        "{\"type\":\"chat\",\"ref\":{\"ref\":1}};",
        "{\"type\":\"chat\",\"ref\":1.5};",
        "{\"type\":\"chat\",\"ref\":\"\\ud800\"};",
        "{\"type\":\"chat\",\"x\":{\"ref\":1}};",
        "{\"type\":\"chat\",\"ref\":1} x;",
      })
  void theRefIsReturnedUnchanged(String json, @Nullable String ref) {
    byte[] text = json.getBytes(StandardCharsets.UTF_8);
    Ref read = reader.read(text, 0, text.length).ref();
    assertThat(read == null ? null : read.json()).isEqualTo(ref);
  }

  @Test
  void unknownFieldsMayHoldAnything() {
    assertThat(
            read("{\"x\":{\"type\":1,\"sender\":[null,\"\\ud800\"]},\"type\":\"chat\",\"y\":-1e9}"))
        .isEqualTo(new ClientMessage.Chat(null, null));
  }

  @Test
  void theLastOfDuplicateFieldsCounts() {
    assertThat(read("{\"type\":\"x\",\"type\":\"chat\"}"))
        .isEqualTo(new ClientMessage.Chat(null, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "x", "[]", "{", "{}x", "{\"type\":1}", "\ufeff{}", "{\"type\":\"\\udc00\"}"})
  void invalidMessagesAreRefused(String text) {
    assertThat(code(text)).isEqualTo(ErrorCode.INVALID);
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16BE", "UTF-16LE", "UTF-32BE", "UTF-32LE"})
  void otherUnicodeEncodingsAreNotDetected(String charset) {
    byte[] text = "{\"type\":\"chat\"}".getBytes(Charset.forName(charset));
    assertThat(reader.read(text, 0, text.length))
        .isInstanceOfSatisfying(
            Received.Refused.class,
            refused -> assertThat(refused.refusal().code()).isEqualTo(ErrorCode.INVALID));
  }

  @Test
  void onlyTheGivenRangeOfTheArrayIsRead() {
    byte[] text = "}}{\"type\":\"chat\"}garbage".getBytes(StandardCharsets.UTF_8);
    assertThat(reader.read(text, 2, 15))
        .isEqualTo(new Received.Ok<>(null, new ClientMessage.Chat(null, null)));
  }

  @Test
  void textsAreBounded() {
    String chat = "{\"type\":\"chat\",\"sender\":\"%s\",\"message\":\"%s\"}";
    assertThat(read(chat.formatted("😀".repeat(256), "é".repeat(32_768))))
        .isInstanceOf(ClientMessage.Chat.class);
    assertThat(code(chat.formatted("x".repeat(257), ""))).isEqualTo(ErrorCode.INVALID);
    assertThat(code(chat.formatted("", "é".repeat(32_768) + "x"))).isEqualTo(ErrorCode.TOO_LARGE);
    assertThat(code(chat.formatted("", "😀".repeat(16_385)))).isEqualTo(ErrorCode.TOO_LARGE);
    assertThat(code("{\"type\":\"chat\",\"x\":" + "[".repeat(501) + "]".repeat(501) + "}"))
        .isEqualTo(ErrorCode.INVALID);
    assertThat(read("{\"type\":\"chat\",\"x\":" + "[".repeat(499) + "]".repeat(499) + "}"))
        .isInstanceOf(ClientMessage.Chat.class);
  }

  @RepeatedTest(3)
  void noInputThrows() {
    Seeded seeded = Seeded.print();
    RandomGenerator random = seeded.random();
    byte[] good =
        "{\"type\":\"chat\",\"sender\":\"\\ud83d\\ude00\",\"x\":[1.5e3,null,{}],\"message\":\"á\"}"
            .getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 2_000; i++) {
      byte[] text = Arrays.copyOf(good, random.nextInt(good.length + 1));
      for (int change = random.nextInt(4); change > 0 && text.length > 0; change--) {
        text[random.nextInt(text.length)] = (byte) random.nextInt();
      }
      assertThat(reader.read(text, 0, text.length)).as(seeded.toString()).isNotNull();
    }
  }

  private Received<ClientMessage> received(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return reader.read(bytes, 0, bytes.length);
  }

  private ClientMessage read(String text) {
    return switch (received(text)) {
      case Received.Ok<ClientMessage> ok -> ok.request();
      case Received.Refused<ClientMessage> refused ->
          throw new AssertionError(refused.refusal().toString());
    };
  }

  private ErrorCode code(String text) {
    return switch (received(text)) {
      case Received.Refused<ClientMessage> refused -> refused.refusal().code();
      case Received.Ok<ClientMessage> ok -> throw new AssertionError(ok.request().toString());
    };
  }
}
