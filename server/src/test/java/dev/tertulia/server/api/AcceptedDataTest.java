package dev.tertulia.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.storage.FolderServer;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.admin.Backup;
import dev.tertulia.server.storage.admin.Check;
import dev.tertulia.server.storage.admin.ErasureOperation;
import dev.tertulia.server.storage.admin.Export;
import dev.tertulia.server.storage.admin.Import;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.Seeded;
import dev.tertulia.server.testing.TestServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever is accepted can be read, replayed, streamed, exported, imported, backed up, edited,
/// deleted, revoked and erased, and comes back as it was, letter for letter.
final class AcceptedDataTest {
  private static final int AT_RANDOM = 60;
  private static final HexFormat HEX = HexFormat.of();

  @TempDir private Path temp;

  /// @param json without ends of lines around it
  /// @param accepted whether it keeps the rules
  private record Sample(String json, boolean accepted) {
    /// As it comes back.
    String kept() {
      return json.replace('\n', ' ').replace('\r', ' ');
    }
  }

  private static List<Sample> samples(RandomGenerator random) {
    List<Sample> samples = new ArrayList<>();
    for (String json :
        List.of(
            "null",
            "-0",
            "-0.0",
            "1E+400",
            "0.1e-9999",
            "9".repeat(1_000),
            "-1." + "3".repeat(997),
            "{\"x\":1,\"x\":2}",
            "{\"y\":{\"x\":1,\"x\":{\"x\":1,\"x\":2}}}",
            "{\"\\u0078\":1,\"x\":2}",
            "{\"\":\"\"}",
            "{\"%s\":1}".formatted("n".repeat(50_000)),
            "{\"%s\":1}".formatted("ñ".repeat(25_000)),
            "[".repeat(64) + "]".repeat(64),
            "\"\\u0000\\u001f\\b\\f\\n\\r\\t\\/\\\\\\\"\"",
            "{\"\\u0000\":\"\\u0000\"}",
            "\"\u2028\u2029\u0085\u007f\uFEFF\"",
            "\"\\ud83d\\ude00😀\\u2028\"",
            "{ \n \"a\" \r\n : \t[ 1 ,\n2 ] }",
            "\"</script>data: id: \\n\\ndata: {}\"",
            "\"" + "x".repeat(65_000) + "\"")) {
      samples.add(new Sample(json, true));
    }
    for (String json :
        List.of(
            "9".repeat(1_001),
            "[-1." + "3".repeat(1_001) + "]",
            "{\"%s\":1}".formatted("n".repeat(50_001)),
            "{\"%s\":1}".formatted("ñ".repeat(25_001)),
            "[".repeat(65) + "]".repeat(65),
            "\"\\ud800\"",
            "[{\"a\":\"\\udc00\\ud800\"}]",
            "{\"\\ud800\":1}",
            "01",
            "[1,]",
            "NaN",
            "\"" + "x".repeat(65_600) + "\"")) {
      samples.add(new Sample(json, false));
    }
    for (int i = 0; i < AT_RANDOM; i++) {
      samples.add(new Sample(value(random, random.nextInt(1, 8)), true));
    }
    return samples;
  }

  private static String value(RandomGenerator random, int levels) {
    return switch (random.nextInt(levels == 0 ? 4 : 7)) {
      case 0 -> List.of("true", "false", "null").get(random.nextInt(3));
      case 1 -> number(random);
      case 2, 3 -> text(random);
      case 4 -> list(random, levels);
      default -> object(random, levels);
    };
  }

  private static String number(RandomGenerator random) {
    StringBuilder digits = new StringBuilder(random.nextBoolean() ? "-" : "");
    digits.append(random.nextInt(1, 10));
    int more = random.nextInt(10) == 0 ? random.nextInt(900) : random.nextInt(20);
    for (int i = 0; i < more; i++) {
      digits.append(random.nextInt(10));
    }
    return digits
        + (random.nextBoolean() ? "" : "." + random.nextInt(1_000))
        + (random.nextInt(3) > 0
            ? ""
            : "e" + (random.nextBoolean() ? "+" : "-") + random.nextInt(500));
  }

  private static String text(RandomGenerator random) {
    StringBuilder text = new StringBuilder("\"");
    int parts = random.nextInt(12);
    for (int i = 0; i < parts; i++) {
      switch (random.nextInt(7)) {
        case 0 -> text.append("\\u" + HEX.toHexDigits((char) random.nextInt(0xd800)));
        case 1 -> text.appendCodePoint(random.nextInt(0x10000, 0x110000));
        case 2 ->
            text.append(List.of("\\n", "\\\"", "\\\\", "\\/", "\\u0000").get(random.nextInt(5)));
        case 3 -> text.append((char) random.nextInt(0x2000, 0x2070));
        case 4 -> text.append("\\ud83d\\ude" + HEX.toHexDigits((byte) random.nextInt(0x50)));
        default -> text.append((char) random.nextInt('a', 'z'));
      }
    }
    return text.append('"').toString();
  }

  /// A text as it may stand anywhere.
  private static String plainText(RandomGenerator random) {
    return text(random).replace("\\u0000", "x");
  }

  /// One that no other is.
  private static String name(RandomGenerator random, List<String> others) {
    return "\"" + others.size() + plainText(random).substring(1);
  }

  private static String space(RandomGenerator random) {
    return random.nextInt(4) > 0 ? "" : List.of(" ", "\n", "\r\n", "\t").get(random.nextInt(4));
  }

  private static String list(RandomGenerator random, int levels) {
    List<String> parts = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      parts.add(space(random) + value(random, levels - 1) + space(random));
    }
    return "[" + String.join(",", parts) + "]";
  }

  private static String object(RandomGenerator random, int levels) {
    List<String> parts = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      // Often the same name.
      String name = random.nextBoolean() ? "\"x\"" : text(random);
      parts.add(space(random) + name + space(random) + ":" + value(random, levels - 1));
    }
    return "{" + String.join(",", parts) + "}";
  }

  @Test
  void acceptedDataIsReturnedEverywhere() throws IOException {
    Seeded seed = Seeded.print();
    try (TestServer server = TestServer.start();
        Api api = new Api(server);
        FullPeer ana = FullPeer.hello(server, "ana", "'inbox':null")) {
      List<String> kept = new ArrayList<>();
      List<Long> offsets = new ArrayList<>();
      List<String> ids = new ArrayList<>();
      List<Sample> samples = samples(seed.random());
      for (Sample sample : samples) {
        if (!sample.accepted()) {
          ana.sayRaw("\"type\":\"chat\",\"room\":\"r\",\"data\":" + sample.json());
          assertThat(ana.next("error").text("code")).isIn("invalid", "too_large");
          ana.sayRaw("\"type\":\"notification\",\"data\":" + sample.json());
          assertThat(ana.next("error").text("code")).isIn("invalid", "too_large");
        }
      }
      samples.removeIf(sample -> !sample.accepted());
      List<String> said = new ArrayList<>();
      for (Sample sample : samples) {
        String message = plainText(seed.random());
        said.add(Json.parse("{\"it\":" + message + "}").text("it"));
        Json reply =
            ana.askRaw(
                "\"type\":\"chat\",\"room\":\"r\",\"message\":%s,\"sender\":%s,\"id\":%s,\"data\":%s"
                    .formatted(
                        message,
                        plainText(seed.random()),
                        name(seed.random(), said),
                        sample.json()));
        Json note =
            ana.askRaw(
                "\"type\":\"notification\",\"message\":%s,\"title\":%s,\"category\":%s,\"data\":%s"
                    .formatted(
                        message,
                        plainText(seed.random()),
                        name(seed.random(), said),
                        sample.json()));
        String as = seed + ": " + sample.json();
        assertThat(reply.type()).as(as).isEqualTo("ok");
        assertThat(note.type()).as(as).isEqualTo("ok");
        kept.add("\"data\":" + sample.kept());
        offsets.add(reply.number("offset"));
        ids.add(note.text("id"));
      }
      assertThat(
              ana.askRaw("\"type\":\"broadcast_notification\",\"data\":{\"x\":1,\"x\":2}").type())
          .isEqualTo("ok");
      String live = texts(ana.rest());
      kept.forEach(data -> assertThat(live).contains(data));
      read(server, api, ana, kept, said);
      carry(server, kept);
      takeBack(server, ana, offsets, ids, kept);
    }
  }

  private static void read(
      TestServer server, Api api, FullPeer ana, List<String> kept, List<String> said) {
    StringBuilder history = new StringBuilder();
    List<String> texts = new ArrayList<>();
    StringBuilder page = new StringBuilder();
    Json read = api.get("/api/v1/rooms/r/messages?after=0&limit=200").ok(200);
    while (true) {
      history.append(read.text());
      read.objects("messages").forEach(message -> texts.add(message.text("message")));
      if (!read.truth("more")) {
        break;
      }
      long last = read.objects("messages").getLast().number("offset");
      page.append(ana.ask("'type':'history','room':'r','limit':200,'after':" + last).text());
      read = api.get("/api/v1/rooms/r/messages?limit=200&after=" + last).ok(200);
    }
    assertThat(history.toString()).contains(page.isEmpty() ? "" : "\"messages\"");
    kept.forEach(data -> assertThat(history.toString()).contains(data));
    assertThat(texts).isEqualTo(said);

    StringBuilder replay = new StringBuilder();
    try (FullPeer eva = FullPeer.hello(server, "eva", "")) {
      Json joined = eva.ask("'type':'join','room':'r','after':'0:0'");
      assertThat(joined.truth("recovered")).isTrue();
      replay.append(joined.text());
      while (joined.truth("more")) {
        Json next = eva.next(frame -> Set.of("chat", "caught_up").contains(frame.type()));
        replay.append(next.text());
        if (next.type().equals("caught_up")) {
          break;
        }
      }
    }
    kept.forEach(data -> assertThat(replay.toString()).contains(data));

    StringBuilder inbox = new StringBuilder();
    Json notes = ana.ask("'type':'inbox','limit':200");
    while (true) {
      inbox.append(notes.text());
      if (!notes.truth("more")) {
        break;
      }
      String first = notes.objects("notifications").getFirst().text("id");
      notes = ana.ask("'type':'inbox','limit':200,'before':'%s'".formatted(first));
    }
    kept.forEach(data -> assertThat(inbox.toString()).contains(data));
    assertThat(inbox.toString()).contains("\"data\":{\"x\":1,\"x\":2}");

    StringBuilder stream = new StringBuilder();
    try (Events events = Events.open(server, "client=ana&rooms=r&after=0:0", "")) {
      boolean room = false;
      boolean box = false;
      while (!room || !box) {
        Json frame = events.next().json();
        stream.append(frame.text());
        room |= frame.type().equals("joined") && !frame.truth("more");
        room |= frame.type().equals("caught_up") && frame.has("room");
        box |= frame.type().equals("inbox");
      }
    }
    kept.forEach(data -> assertThat(stream.toString()).contains(data));
  }

  private void carry(TestServer server, List<String> kept) throws IOException {
    String lines = export(server.data());
    kept.forEach(data -> assertThat(lines).contains(data));
    Path copy = temp.resolve("copy");
    byte[] bytes = lines.getBytes(StandardCharsets.UTF_8);
    Import.into(copy, new ByteArrayInputStream(bytes), FolderServer.NONE, Progress.NONE);
    assertThat(export(copy)).isEqualTo(lines);
    assertThat(
            Import.into(copy, new ByteArrayInputStream(bytes), FolderServer.NONE, Progress.NONE)
                .added())
        .isZero();
    for (Path folder : List.of(server.data(), copy)) {
      assertThat(Check.of(folder, Progress.NONE).findings()).isEmpty();
    }
    assertThat(Backup.make(server.data(), temp.resolve("backup.sqlite"), Progress.NONE).entries())
        .isPositive();
    try (ErasureOperation erasureOperation =
        ErasureOperation.of(copy, "ana", FolderServer.NONE, Progress.NONE)) {
      erasureOperation.carryOut(Progress.NONE);
    }
    assertThat(export(copy)).doesNotContain("\"data\":", "\"ana\"");
    assertThat(Check.of(copy, Progress.NONE).findings()).isEmpty();
  }

  private static void takeBack(
      TestServer server, FullPeer ana, List<Long> offsets, List<String> ids, List<String> kept)
      throws IOException {
    for (long offset : offsets) {
      String target = "'room':'r','target':" + offset;
      assertThat(ana.ask("'type':'edit','message':'new',%s".formatted(target)).type())
          .isEqualTo("ok");
      assertThat(ana.ask("'type':'delete'," + target).type()).isEqualTo("ok");
    }
    for (String id : ids) {
      assertThat(ana.ask("'type':'revoke','id':'%s'".formatted(id)).type()).isEqualTo("ok");
    }
    String lines = export(server.data());
    kept.forEach(data -> assertThat(lines).doesNotContain("\"message\":\"\"," + data));
    assertThat(Check.of(server.data(), Progress.NONE).findings()).isEmpty();
  }

  private static String texts(List<Json> frames) {
    StringBuilder text = new StringBuilder();
    frames.forEach(frame -> text.append(frame.text()));
    return text.toString();
  }

  private static String export(Path folder) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Export.of(folder, out, null, Progress.NONE);
    return out.toString(StandardCharsets.UTF_8);
  }
}
