package dev.tertulia.server.badinput;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.ServerStore;
import dev.tertulia.server.testing.WithBystander;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Text messages that violate the base protocol: each gets an error, and the connection stays open.
@Tag(ServerStore.PROTOCOL)
final class BadMessagesTest extends WithBystander {
  private final RawSocket socket = webSocket("mallory");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hola",
        "{",
        "{\"type\":\"chat\"",
        "{\"type\":\"chat\",}",
        "{'type':'chat'}",
        "{\"type\":\"chat\",\"message\":\"x",
        "// a comment\n{\"type\":\"chat\"}"
      })
  void invalidJson(String text) {
    assertRefused(text, "invalid", "El mensaje no es un objeto JSON válido.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "[{\"type\":\"chat\"}]", "\"chat\"", "42", "true", "null"})
  void jsonThatIsNotAnObject(String text) {
    assertRefused(text, "invalid", "El mensaje no es un objeto JSON válido.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"type\":\"chat\"} x", "{\"type\":\"chat\"}{\"type\":\"chat\"}", "{}]", "{}\0"})
  void inputAfterTheObject(String text) {
    assertRefused(text, "invalid", "El mensaje no es un objeto JSON válido.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"42", "4.2e1", "true", "null", "[]", "[\"a\"]", "{}", "{\"a\":\"b\"}"})
  void fieldsOfTheWrongType(String value) {
    String wrong = "El campo '%s' debe ser texto.";
    assertRefused("{\"type\":" + value + "}", "invalid", wrong.formatted("type"));
    assertRefused(
        "{\"type\":\"chat\",\"sender\":" + value + "}", "invalid", wrong.formatted("sender"));
    assertRefused(
        "{\"type\":\"chat\",\"message\":" + value + "}", "invalid", wrong.formatted("message"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"message\":\"x\"}",
        "{\"type\":\"\"}",
        "{\"type\":\"Chat\"}",
        "{\"type\":\"error\"}",
        "{\"type\":\"chat\\u0000\"}"
      })
  void anUnknownOrMissingType(String text) {
    assertRefused(text, "unknown_type", "Tipo de mensaje no reconocido.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\n\t "})
  void anEmptyMessage(String text) {
    assertRefused(text, "invalid", "El mensaje no es un objeto JSON válido.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\0",
        "{\"type\":\"chat\",\"message\":\"a\0b\"}",
        "\0{\"type\":\"chat\"}",
        "{\0\"type\":\"chat\"}"
      })
  void aRawNul(String text) {
    assertRefused(text, "invalid", "El mensaje no es un objeto JSON válido.");
  }

  @Test
  void anEscapedNul() {
    for (String field : new String[] {"sender", "message"}) {
      assertRefused(
          "{\"type\":\"chat\",\"%s\":\"a\\u0000b\"}".formatted(field),
          "invalid",
          "El campo '%s' contiene el carácter U+0000, que no se puede almacenar: elimínalo."
              .formatted(field));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\\ud800", "\\udc00", "a\\ud83d", "\\ud83d\\ud83d\\ude00", "\\ude00\\ud83d"})
  void anEscapedLoneSurrogate(String half) {
    String wrong = "El campo '%s' contiene texto que no es Unicode válido.";
    assertRefused("{\"type\":\"" + half + "\"}", "invalid", wrong.formatted("type"));
    assertRefused(
        "{\"type\":\"chat\",\"sender\":\"" + half + "\"}", "invalid", wrong.formatted("sender"));
    assertRefused(
        "{\"type\":\"chat\",\"message\":\"" + half + "\"}", "invalid", wrong.formatted("message"));
  }

  @Test
  void anEscapedSurrogatePairIsOneCharacter() {
    socket.sendText("{\"type\":\"chat\",\"message\":\"\\ud83d\\ude00\"}");
    for (String heard : new String[] {socket.read(1).text(), bystander.hears()}) {
      assertThat(heard).contains("\"message\":\"😀\"");
    }
  }

  @Test
  void aLoneSurrogateAsBytes() {
    byte[] text =
        "{\"type\":\"chat\",\"message\":\"???\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    int at = text.length - 5;
    text[at] = (byte) 0xed;
    text[at + 1] = (byte) 0xa0;
    text[at + 2] = (byte) 0x80;
    socket.sendFrame(0x81, text);
    assertClosed(socket, CloseReason.BAD_UTF8);
  }

  @Test
  void jsonInUtf16IsNotDetected() {
    StringBuilder text = new StringBuilder();
    for (char c : "{\"type\":\"chat\",\"message\":\"x\"}".toCharArray()) {
      text.append('\0').append(c);
    }
    assertRefused(text.toString(), "invalid", "El mensaje no es un objeto JSON válido.");
  }

  @Test
  void aByteOrderMark() {
    assertRefused(
        "\ufeff{\"type\":\"chat\"}", "invalid", "El mensaje no es un objeto JSON válido.");
  }

  @Test
  void aSenderOfMoreThan256Characters() {
    String chat = "{\"type\":\"chat\",\"sender\":\"%s\",\"message\":\"m\"}";
    assertRefused(
        chat.formatted("x".repeat(257)),
        "invalid",
        "El campo 'sender' admite 256 caracteres como máximo.");
    socket.sendText(chat.formatted("😀".repeat(256)));
    assertThat(bystander.hears()).contains("\"sender\":\"" + "😀".repeat(256) + '"');
  }

  @Test
  void aMessageOfMoreThan65536Bytes() {
    String chat = "{\"type\":\"chat\",\"sender\":\"s\",\"message\":\"%s\"}";
    String tooLarge = "El mensaje admite 65536 bytes como máximo.";
    assertRefused(chat.formatted("x".repeat(65_537)), "too_large", tooLarge);
    assertRefused(chat.formatted("é".repeat(32_768) + "x"), "too_large", tooLarge);
    assertRefused(chat.formatted("😀".repeat(16_384) + "x"), "too_large", tooLarge);
    assertRefused(chat.formatted("€".repeat(21_846)), "too_large", tooLarge);
    socket.sendText(chat.formatted("é".repeat(32_768)));
    assertThat(bystander.hears()).contains("é".repeat(32_768));
  }

  @Test
  void jsonNestedTenThousandDeep() {
    String arrays = "[".repeat(10_000) + "]".repeat(10_000);
    String objects = "{\"a\":".repeat(10_000) + "1" + "}".repeat(10_000);
    String no =
        "El campo '%s' contiene JSON fuera de los límites: como máximo 500 niveles, números de 1000"
            + " caracteres y nombres de 50000 bytes.";
    assertRefused("{\"type\":\"chat\",\"x\":" + arrays + "}", "invalid", no.formatted("x"));
    assertRefused("{\"type\":\"chat\",\"x\":" + objects + "}", "invalid", no.formatted("x"));
    assertRefused(arrays, "invalid", "El mensaje no es un objeto JSON válido.");
    assertRefused(objects, "invalid", no.formatted("a"));
    assertRefused("{\"message\":" + "[".repeat(10_000), "invalid", no.formatted("message"));
  }

  @Test
  void unknownFieldsAreIgnored() {
    socket.sendText(
        "{\"type\":\"chat\",\"system\":true,\"client\":\"ana\",\"x\":[1,{\"y\":null}],\"sender\":\"S\",\"message\":\"m\"}");
    assertThat(bystander.hears())
        .startsWith(
            "{\"type\":\"chat\",\"room\":\"lobby\",\"client\":\"mallory\",\"sender\":\"S\",\"message\":\"m\",")
        .doesNotContain("system");
  }

  /// Expects an error to this connection alone, which then still works.
  private void assertRefused(String text, String code, String message) {
    socket.sendText(text);
    assertThat(socket.read(1).text())
        .isEqualTo(
            "{\"type\":\"error\",\"code\":\"%s\",\"message\":\"%s\",\"retry\":false}"
                .formatted(code, message));
    bystander.noticesNothing();
    assertThat(socket.read(1).text()).contains("\"client\":\"bystander\"");
  }
}
