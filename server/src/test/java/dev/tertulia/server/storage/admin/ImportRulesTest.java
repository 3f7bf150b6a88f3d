package dev.tertulia.server.storage.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.Entry.Scope;
import dev.tertulia.server.model.EntryRules;
import dev.tertulia.server.storage.CorruptionException;
import dev.tertulia.server.storage.FolderServer;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.TestLog;
import dev.tertulia.server.storage.rows.DeviceRow;
import dev.tertulia.server.topic.Draft.TargetRule;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.TopicName;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// An import brings nothing that a client could not have sent and a server not have stored.
final class ImportRulesTest {
  private static final String CHAT = "{\"sender\":\"Ana\",\"message\":\"hola\",\"data\":{\"x\":1}}";
  private static final String DIGITS = "9".repeat(1_000);

  @TempDir private static Path shared;
  @TempDir private Path temp;
  private static String lines = "";
  private static Path folder = Path.of("");

  @BeforeAll
  static void talk() throws IOException {
    Path from = shared.resolve("from");
    try (TestLog log = new TestLog(from)) {
      log.stored(new Entry.Chat(TestLog.ANA, "Ana", "hola", null, "{\"x\":1}", false), "a1");
      log.stored(new Entry.Chat(TestLog.BEA, "Bea", "sí", 1L, null, false), "b1");
      log.stored(new Entry.Edit(TestLog.ANA, 1, "hola a todos"), null);
      log.stored(new Entry.Reaction(TestLog.BEA, 1, "+1", false), null);
      TopicName inbox = TopicName.inbox(TestLog.ANA);
      Outcome.Stored sent = notify(log, inbox, Scope.PERSONAL);
      notify(log, TopicName.BROADCASTS, Scope.BROADCAST);
      TestLog.await(
          log.append(
              inbox,
              new Entry.InboxRead(TestLog.ANA, List.of(sent.id()), null, 0, 0),
              null,
              TargetRule.ANY));
    }
    lines = export(from);
  }

  private static Outcome.Stored notify(TestLog log, TopicName topic, Scope scope) {
    Entry entry = new Entry.Notification(TestLog.BEA, scope, "aviso");
    return (Outcome.Stored)
        TestLog.await(log.append(topic, (Entry.Kept) entry, null, TargetRule.ANY));
  }

  @BeforeEach
  void chooseAFolder() {
    folder = temp.resolve("into");
  }

  private static String export(Path from) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Export.of(from, out, null, Progress.NONE);
    return out.toString(StandardCharsets.UTF_8);
  }

  private static void importInto(Path into, String text) throws IOException {
    importInto(into, text.getBytes(StandardCharsets.UTF_8));
  }

  private static void importInto(Path into, byte[] text) throws IOException {
    Import.into(into, new ByteArrayInputStream(text), FolderServer.NONE, Progress.NONE);
  }

  private static String with(String old, String now) {
    assertThat(lines).as(old).contains(old);
    int at = lines.indexOf(old);
    return lines.substring(0, at) + now + lines.substring(at + old.length());
  }

  /// The first chat with another body.
  private static String withBody(String body) {
    return with("\"body\":" + CHAT, "\"body\":" + body);
  }

  @Test
  void theUnmodifiedExportIsImported() throws IOException {
    importInto(folder, lines);
    assertThat(export(folder)).isEqualTo(lines);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "\"head\":4|\"head\":9223372036854775807|'head'",
        "\"offset\":1,\"time\"|\"offset\":9223372036854775807,\"time\"|'offset'",
        "\"offset\":1,\"time\"|\"offset\":0,\"time\"|'offset'",
        "\"time\":1000000|\"time\":9223372036854775807|'time'",
        "\"time\":1000000|\"time\":-1|'time'",
        "\"time\":1000000|\"time\":253402300800000|'time'",
        "\"time\":1000000|\"time\":1000000,\"time\":1000000|'time' appears twice",
        "\"reply_to\":1|\"reply_to\":-3|'reply_to'",
        "\"reply_to\":1|\"reply_to\":2|'reply_to'",
        "\"reply_to\":1|\"reply_to\":99999999999999999999|'body'",
        "\"target\":1|\"target\":0|'target'",
        "\"target\":1|\"target\":3|'target'",
        "\"kind\":\"edit\"|\"kind\":\"notification\"|'body'",
        "\"id\":\"a1\"|\"id\":\"\"|'id'",
        "\"id\":\"a1\"|\"id\":\"a\\u0000\"|'id'",
        "\"id\":\"a1\"|\"id\":\"\\ud800\"|'id'",
        "\"emoji\":\"+1\"|\"emoji\":\"\"|'emoji'",
        "\"emoji\":\"+1\"|\"emoji\":\"123456789012345678901234567890123\"|'emoji'",
        "\"kind\":\"chat\",\"client\":\"ana\"|\"kind\":\"chat\",\"client\":\"ana\",\"deleted\":true|'deleted'",
        "\"kind\":\"chat\",\"client\":\"ana\"|\"kind\":\"chat\",\"client\":\"ana\",\"target\":1|'target'",
        "\"topic\":\"room:lobby\",\"head\"|\"topic\":\"inbox:lobby\",\"head\"|no entry of that"
            + " kind",
        "\"topic\":\"inbox:ana\",\"head\"|\"topic\":\"room:notes\",\"head\"|no entry of that kind",
        "\"scope\":\"personal\"|\"scope\":\"broadcast\"|no entry of that kind",
        "\"scope\":\"broadcast\"|\"scope\":\"personal\"|no entry of that kind",
        "\"floor_term\":\"0\"|\"floor_term\":\"7\"|'floor_term'",
        "\"first\":1000000|\"first\":-5|'first'",
      })
  void aViolationIsNamed(String old, String now, String named) {
    // Both topics of a room or an inbox are named by their lines.
    String changed =
        old.startsWith("\"topic\"")
            ? lines.replace(old.split(",", -1)[0], now.split(",", -1)[0])
            : with(old, now);
    assertRefused(changed, named);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "{\"sender\":\"\\ud800\",\"message\":\"\"}|'sender'",
        "{\"sender\":\"a\\u0000\",\"message\":\"\"}|'sender'",
        "{\"sender\":\"a\",\"message\":\"\\u0000\"}|'message'",
        "{\"sender\":\"a\",\"message\":\"\\udc00\"}|'message'",
        "{\"sender\":\"a\",\"message\":\"\",\"data\":[\"\\ud800\"]}|'data'",
        "{\"sender\":\"a\",\"message\":{\"message\":\"x\"}}|'body'",
        "{\"sender\":null,\"message\":\"x\"}|'body'",
      })
  void aBodyThatBreaksARuleIsNamed(String body, String named) {
    assertRefused(withBody(body), named);
  }

  @Test
  void aTooLongTextIsNamed() {
    String said = "{\"sender\":\"%s\",\"message\":\"%s\",\"data\":%s}";
    assertRefused(withBody(said.formatted("😀".repeat(257), "", 1)), "'sender'");
    assertRefused(withBody(said.formatted("a".repeat(1_000_000), "", 1)), "'sender'");
    assertRefused(withBody(said.formatted("a", "x".repeat(65_536), 1)), "'message'");
    assertRefused(withBody(said.formatted("a", "", DIGITS + "9")), "line 3");
    assertRefused(
        withBody(said.formatted("a", "", "{\"%s\":1}".formatted("n".repeat(50_001)))), "line 3");
    assertRefused(withBody(said.formatted("a", "", "[".repeat(65) + "]".repeat(65))), "'data'");
    assertRefused(with("\"id\":\"a1\"", "\"id\":\"" + "😀".repeat(129) + "\""), "'id'");
  }

  @Test
  void aLineThatIsNotUtf8IsNamed() {
    byte[] bytes = lines.getBytes(StandardCharsets.UTF_8);
    bytes[lines.indexOf("hola")] = (byte) 0xff;
    assertThatThrownBy(() -> importInto(folder, bytes))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("line 3: it is not UTF-8");
  }

  private static void assertRefused(String text, String named) {
    assertThatThrownBy(() -> importInto(folder, text))
        .isInstanceOf(CorruptionException.class)
        .hasMessageStartingWith("line ")
        .hasMessageContaining(named)
        .hasMessageContaining("Nothing was changed");
    assertThat(Check.of(folder, Progress.NONE).topics()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"x\":1,\"x\":2}",
        "{\"y\":[{\"x\":1,\"x\":{\"x\":1,\"x\":2}}]}",
        "{\"\\u0078\":1,\"x\":2}",
        "{\"\":\"\\u0000\\u001f\\u2028\\ud83d\\ude00\"}",
        "[\"\u2028\u2029\u0085😀\", -0, 1E+400, 0.10]",
        "[[[[1]]]]",
        "null",
      })
  void acceptedDataIsImportedUnchanged(String data) throws IOException {
    String text = withBody(CHAT.replace("{\"x\":1}", data));
    importInto(folder, text);
    assertThat(export(folder)).isEqualTo(text).contains("\"data\":" + data + "}");
  }

  @Test
  void theLongestValuesAreImported() throws IOException {
    String said = "{\"sender\":\"%s\",\"message\":\"%s\",\"data\":%s}";
    String deep = "[".repeat(63) + "{\"n\":%s}".formatted(DIGITS) + "]".repeat(63);
    String text =
        withBody(said.formatted("😀".repeat(256), "\\u0001".repeat(60_000), deep))
            .replace("\"id\":\"a1\"", "\"id\":\"" + "😀".repeat(65) + "\"")
            .replace("\"id\":\"b1\"", "\"id\":\"" + "😀".repeat(128) + "\"");
    importInto(folder, text);
    assertThat(export(folder)).hasSize(text.length());
    String name = "{\"%s\":1}".formatted("n".repeat(50_000));
    Path other = temp.resolve("other");
    text = withBody(said.formatted("a", "", name));
    importInto(other, text);
    assertThat(export(other)).isEqualTo(text);
  }

  @Test
  void lineBreaksInDataBecomeSpacesAsOnTheWire() throws IOException {
    String body =
        "{\\\"sender\\\":\\\"Ana\\\",\\\"message\\\":\\\"\\\",\\\"data\\\":{\\n\\r\\\"x\\\":1}}";
    importInto(folder, with("\"body\":" + CHAT, "\"body_text\":\"" + body + "\""));
    assertThat(export(folder)).contains("\"data\":{  \"x\":1}}");
    Path other = temp.resolve("other");
    importInto(other, withBody("{\"sender\":\"Ana\",\"message\":\"\",\"data\":{\r\"x\":1}}"));
    assertThat(export(other)).contains("\"data\":{ \"x\":1}}");
  }

  @Test
  void aClientHasNoMoreDevicesThanOnTheWire() throws IOException {
    StringBuilder devices = new StringBuilder();
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < 60; i++) {
      String of = "\"client\":\"ana\",\"device\":\"d%s\",".formatted(i);
      devices.append(
          "{\"type\":\"device\",%s\"heard\":%s,\"personal\":1,\"broadcasts\":0}\n"
              .formatted(of, 2_000_000 + i));
      shown.append(
          "{\"type\":\"shown\",%s\"broadcast\":false,\"first\":1,\"last\":1}\n".formatted(of));
    }
    int end = lines.indexOf("{\"type\":\"end\"");
    long told =
        lines.lines().filter(line -> line.matches(".*\"type\":\"(client|inbox_read)\".*")).count();
    String more =
        lines.substring(0, end)
            + devices
            + shown
            + lines.substring(end).replaceAll("\"told\":\\d+", "\"told\":" + (told + 120));
    importInto(folder, more);
    assertThat(export(folder).lines().filter(line -> line.startsWith("{\"type\":\"device\"")))
        .hasSize(DeviceRow.MOST_OF_A_CLIENT)
        .noneMatch(line -> line.contains("\"d9\""))
        .anyMatch(line -> line.contains("\"d59\""));
    assertThat(export(folder).lines().filter(line -> line.startsWith("{\"type\":\"shown\"")))
        .hasSize(DeviceRow.MOST_OF_A_CLIENT);
    assertThat(Check.of(folder, Progress.NONE).findings()).isEmpty();
  }

  @Test
  void theHighestOffsetLeavesRoomForMoreEntries() throws IOException {
    long head = EntryRules.MAX_OFFSET;
    String one =
        """
        {"type":"header","format":"tertulia-export","version":1}
        {"type":"topic","topic":"room:lobby","head":%s,"floor":%s,"floor_term":"1","time":5}
        {"type":"entry","topic":"room:lobby","term":"1","offset":%s,"time":5,"kind":"chat","client":"ana","body":{"sender":"Ana","message":"x"}}
        {"type":"end","topics":1,"entries":1,"reactions":0,"requests":0,"participants":0,"told":0}
        """
            .formatted(head, head - 1, head);
    importInto(folder, one);
    try (TestLog log = new TestLog(folder)) {
      assertThat(log.stored(TestLog.chat("next"), null).position())
          .extracting(position -> position == null ? 0 : position.offset())
          .isEqualTo(head + 1);
    }
    assertThat(Check.of(folder, Progress.NONE).findings()).isEmpty();
  }
}
