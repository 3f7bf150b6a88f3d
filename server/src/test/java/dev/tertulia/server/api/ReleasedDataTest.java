package dev.tertulia.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.admin.Check;
import dev.tertulia.server.storage.admin.Export;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.TestServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Data folders that released versions have written, stored as they were, are opened by this
/// version, and everything in them is served as it was.
///
/// Each release adds the folder that its own server writes: run this class with
/// `-Dreleased.write=true` before the version number changes.
final class ReleasedDataTest {
  private static final Path SAMPLES = Path.of("src/test/resources/released");
  private static final String EXPORT = "export.jsonl";
  private static final String ANSWERS = "answers.txt";

  /// The files of a data folder that outlast its server.
  private static final List<String> FILES = List.of("tertulia.sqlite", "tertulia.head");

  private static final Map<Setting, String> SETTINGS =
      Map.of(
          Setting.LANGUAGE, "en",
          Setting.NOTIFICATIONS_KEEP, "0ms",
          Setting.NOTIFICATIONS_DEVICES_KEEP, "0ms",
          Setting.NOTIFICATIONS_CLIENTS_KEEP, "0ms",
          Setting.ROOMS, "[{name: short, entries: 3}, {name: team, access: members}]");

  /// What is asked for, and answered by every version alike.
  private static final List<String> QUESTIONS =
      List.of(
          "/api/v1/rooms",
          "/api/v1/rooms/plaza/messages?client=ana",
          "/api/v1/rooms/short/messages",
          "/api/v1/rooms/team/messages",
          "/api/v1/rooms/team/members",
          "/api/v1/clients/ana/rooms",
          "/api/v1/clients/bea/rooms",
          "/api/v1/clients/ana/inbox",
          "/api/v1/clients/bea/inbox",
          "/api/v1/clients/ana/notifications",
          "/api/v1/clients/bea/notifications",
          "/api/v1/admin/keys",
          "/api/v1/admin/revocations");

  @TempDir private Path temp;

  static List<Path> released() throws IOException {
    try (Stream<Path> versions = Files.list(SAMPLES)) {
      return versions.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("released")
  void theDataOfAReleasedVersionIsServed(Path sample) throws IOException {
    Path data = unpacked(sample);
    try (TestServer server = onFolder(data);
        Api api = new Api(server)) {
      assertThat(answers(api)).isEqualTo(Files.readString(sample.resolve(ANSWERS)));
      assertThat(lasting(export(data)))
          .isNotEmpty()
          .isEqualTo(lasting(Files.readString(sample.resolve(EXPORT))));
      resumes(server, api);
      repeats(api);
    }
    assertThat(Check.of(data, Progress.NONE).findings()).isEmpty();
  }

  /// A client that was connected to that version goes on where it was.
  private static void resumes(TestServer server, Api api) {
    Json oldest = api.get("/api/v1/rooms/plaza/messages").ok(200).objects("messages").getFirst();
    try (FullPeer bea = FullPeer.connect(server.port(), "bea")) {
      bea.ask("'type':'hello','device':'phone'");
      Json joined =
          bea.ask("'type':'join','room':'plaza','after':'%s'".formatted(oldest.text("pos")));
      assertThat(joined.truth("recovered")).isTrue();
      assertThat(joined.objects("messages")).isNotEmpty();
    }
  }

  /// A request that comes again gets the reply that it got from that version.
  private static void repeats(Api api) {
    List<Json> before = api.get("/api/v1/rooms/plaza/messages").ok(200).objects("messages");
    Json again = say(api, "plaza", "ana", "the first, with an ñ", "a1");
    assertThat(again.text("pos")).isEqualTo(before.getFirst().text("pos"));
    assertThat(api.get("/api/v1/rooms/plaza/messages").ok(200).objects("messages"))
        .hasSameSizeAs(before);
  }

  @Test
  void thisVersionHasASampleOnceItIsReleased() throws IOException {
    String version = version();
    Path sample = SAMPLES.resolve(version);
    if (Boolean.getBoolean("released.write")) {
      write(sample);
    }
    assertThat(version.endsWith("-SNAPSHOT") || Files.exists(sample)).as(version).isTrue();
  }

  /// The one in the build, which is the first version in it.
  private static String version() throws IOException {
    Matcher version =
        Pattern.compile("<version>([^<]+)</version>")
            .matcher(Files.readString(Path.of("../pom.xml")));
    assertThat(version.find()).isTrue();
    return version.group(1);
  }

  private static TestServer onFolder(Path data) {
    Map<Setting, String> settings = new EnumMap<>(SETTINGS);
    settings.put(Setting.DATA, data.toString());
    return TestServer.start(settings);
  }

  private Path unpacked(Path sample) throws IOException {
    Path data = Files.createDirectory(temp.resolve("data"));
    for (String file : FILES) {
      Files.copy(sample.resolve(file), data.resolve(file));
    }
    return data;
  }

  private static String answers(Api api) {
    StringBuilder answers = new StringBuilder();
    for (String question : QUESTIONS) {
      answers.append(question).append('\n').append(api.get(question).ok(200).text()).append("\n\n");
    }
    return answers.toString();
  }

  private static String export(Path data) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Export.of(data, out, null, Progress.NONE);
    return out.toString(StandardCharsets.UTF_8);
  }

  /// The lines of an export but for requests that are only remembered for some time, and the last
  /// line, which counts them.
  private static List<String> lasting(String export) {
    return export
        .lines()
        .filter(line -> !line.contains("\"expires\"") && !line.startsWith("{\"type\":\"end\""))
        .toList();
  }

  private void write(Path sample) throws IOException {
    Path data = temp.resolve("written");
    try (TestServer server = onFolder(data);
        Api api = new Api(server)) {
      useEverything(server, api);
    }
    Files.createDirectories(sample);
    for (String file : FILES) {
      Files.copy(data.resolve(file), sample.resolve(file));
    }
    // As it is after the start that the test makes: what a start alone changes is not compared.
    try (TestServer server = onFolder(data);
        Api api = new Api(server)) {
      Files.writeString(sample.resolve(ANSWERS), answers(api));
      Files.writeString(sample.resolve(EXPORT), export(data));
    }
  }

  /// Uses each feature that stores something.
  private static void useEverything(TestServer server, Api api) {
    try (FullPeer ana = FullPeer.hello(server, "ana", "'device':'laptop','inbox':null");
        FullPeer bea = FullPeer.hello(server, "bea", "'device':'phone','inbox':null")) {
      rooms(api);
      ana.ask("'type':'join','room':'plaza'");
      bea.ask("'type':'join','room':'plaza'");
      bea.ask("'type':'read','room':'plaza','offset':2");
      ana.ask("'type':'chat','room':'plaza','message':'over WebSocket','data':{'n':[1,2.50]}");
      notifications(ana, bea);
      operators(api);
    }
  }

  private static void rooms(Api api) {
    long first = say(api, "plaza", "ana", "the first, with an ñ", "a1").number("offset");
    long second = say(api, "plaza", "bea", "the second", "b1").number("offset");
    String messages = "/api/v1/rooms/plaza/messages";
    with(api, "PATCH", messages + "/" + first, "{'client':'ana','message':'edited','id':'a2'}")
        .ok(200);
    with(
            api,
            "POST",
            messages,
            "{'client':'bea','message':'a reply','reply_to':%s}".formatted(first))
        .ok(201);
    String reactions = messages + "/" + second + "/reactions";
    with(api, "POST", reactions, "{'client':'ana','emoji':'👍'}").ok(201);
    with(api, "POST", reactions, "{'client':'bea','emoji':'🎉'}").ok(201);
    with(api, "POST", reactions, "{'client':'bea','emoji':'🎉','remove':true}").ok(201);
    long gone = say(api, "plaza", "bea", "deleted later", "b2").number("offset");
    api.send("DELETE", messages + "/" + gone + "?client=bea", null).ok(200);
    for (int i = 1; i <= 6; i++) {
      say(api, "short", "ana", "number " + i, "s" + i);
    }
    for (String member : List.of("ana", "bea")) {
      api.send("PUT", "/api/v1/rooms/team/members/" + member, null);
    }
    say(api, "team", "ana", "among us", "t1");
  }

  private static void notifications(FullPeer ana, FullPeer bea) {
    List<String> ids = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      ids.add(
          ana.ask(
                  "'type':'notification','to':'ana','title':'T','message':'note %s','urgency':'high','category':'c'"
                      .formatted(i))
              .text("id"));
    }
    String revoked = ana.ask("'type':'notification','message':'a mistake'").text("id");
    ana.ask("'type':'revoke','id':'%s'".formatted(revoked));
    Json shown = ana.next(frame -> frame.has("id") && frame.text("id").equals(ids.getFirst()));
    ana.ask("'type':'shown','id':'%s'".formatted(ids.getFirst()));
    ana.ask("'type':'ack','pos':'%s'".formatted(shown.text("pos")));
    ana.ask("'type':'inbox_read','ids':['%s']".formatted(ids.get(1)));
    for (int i = 1; i <= 2; i++) {
      Json all =
          ana.ask(
              "'type':'broadcast_notification','message':'all %s','data':{'i':%s}".formatted(i, i));
      if (i == 1) {
        bea.next(frame -> frame.has("id") && frame.text("id").equals(all.text("id")));
        bea.ask("'type':'inbox_read','up_to':'%s'".formatted(all.text("id")));
      }
    }
  }

  private static void operators(Api api) {
    with(api, "POST", "/api/v1/clients/carla/notifications", "{'message':'waits','from':'ana'}")
        .ok(201);
    with(api, "POST", "/api/v1/admin/keys", "{'name':'shop','scopes':['send','read']}").ok(201);
    with(api, "POST", "/api/v1/admin/revocations", "{'client':'mallory'}").ok(201);
    with(api, "POST", "/api/v1/admin/revocations", "{'token_id':'t-1','issuer':'i'}").ok(201);
  }

  private static Json say(Api api, String room, String client, String message, String id) {
    return with(
            api,
            "POST",
            "/api/v1/rooms/" + room + "/messages",
            "{'client':'%s','message':'%s','id':'%s'}".formatted(client, message, id))
        .ok(201);
  }

  private static Api.Answer with(Api api, String method, String path, String json) {
    return api.send(method, path, json.replace('\'', '"'), "Content-Type", "application/json");
  }
}
