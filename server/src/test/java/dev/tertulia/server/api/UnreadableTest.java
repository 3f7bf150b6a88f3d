package dev.tertulia.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.tertulia.server.cli.OperatorClient;
import dev.tertulia.server.storage.DataFolderOperations.ExportReport;
import dev.tertulia.server.storage.FolderServer;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.admin.Backup;
import dev.tertulia.server.storage.admin.Check;
import dev.tertulia.server.storage.admin.ErasureOperation;
import dev.tertulia.server.storage.admin.Export;
import dev.tertulia.server.storage.admin.Import;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.TestServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/// One entry that can't be read is shown as such, and blocks nothing else.
final class UnreadableTest {
  private final Logger log = (Logger) LoggerFactory.getLogger("dev.tertulia.server.storage");
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @TempDir private Path temp;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private TestServer server;

  @SuppressWarnings("NullAway.Init") // The same.
  private Api api;

  /// Longer than a number may be.
  private static final String DATA = "\"spoiled" + "x".repeat(1_000) + "\"";

  /// What is wrong with it.
  enum Fault {
    /// The row is not as it was stored.
    DAMAGED,
    /// The row is as it was stored, by a version with other bounds.
    OUT_OF_BOUNDS
  }

  @BeforeEach
  void start() {
    server = TestServer.start();
    api = new Api(server);
    lines.start();
    log.addAppender(lines);
  }

  @AfterEach
  void stop() {
    log.detachAppender(lines);
    api.close();
    server.close();
  }

  /// Makes the second entry of a topic unreadable.
  private void spoil(String topic, int kind, Fault fault) throws SQLException {
    server =
        restartedAfter(() -> {
          try (Connection connection = connect();
              Statement statement = connection.createStatement()) {
            String where =
                " WHERE entry_offset = 2 AND topic_id ="
                    + " (SELECT id FROM topic WHERE kind = %s AND name = '%s')"
                        .formatted(kind, topic);
            if (fault == Fault.DAMAGED) {
              statement.executeUpdate(
                  "UPDATE entry SET body = CAST(replace(CAST(body AS TEXT), 'spoiled', 'SPOILED')"
                      + " AS BLOB)"
                      + where);
              return;
            }
            byte[] body;
            int checksum;
            try (ResultSet row =
                statement.executeQuery(
                    "SELECT topic_id, entry_offset, term, time, kind, client, request, body"
                        + " FROM entry"
                        + where)) {
              assertThat(row.next()).isTrue();
              String said = new String(row.getBytes(8), StandardCharsets.UTF_8);
              body = said.replace(DATA, "9".repeat(DATA.length())).getBytes(StandardCharsets.UTF_8);
              checksum = checksum(row, body);
            }
            try (PreparedStatement update =
                connection.prepareStatement("UPDATE entry SET body = ?, checksum = ?" + where)) {
              update.setBytes(1, body);
              update.setLong(2, checksum);
              assertThat(update.executeUpdate()).isEqualTo(1);
            }
          }
        });
    api.close();
    api = new Api(server);
  }

  private interface Change {
    void make() throws SQLException;
  }

  private TestServer restartedAfter(Change change) throws SQLException {
    change.make();
    return server.restarted();
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + server.data().resolve("tertulia.sqlite"));
  }

  /// As a row of `entry` has it, without a target and not deleted.
  private static int checksum(ResultSet row, byte[] body) throws SQLException {
    CRC32C crc = new CRC32C();
    crc.update('e');
    for (int i = 1; i <= 5; i++) {
      crc.update(ByteBuffer.allocate(9).put((byte) 1).putLong(row.getLong(i)).flip());
    }
    text(crc, row.getString(6).getBytes(StandardCharsets.UTF_8));
    if (row.getString(7) == null) {
      crc.update(0);
    } else {
      text(crc, row.getString(7).getBytes(StandardCharsets.UTF_8));
    }
    crc.update(0);
    crc.update(ByteBuffer.allocate(9).put((byte) 1).putLong(0).flip());
    text(crc, body);
    return (int) crc.getValue();
  }

  private static void text(CRC32C crc, byte[] bytes) {
    crc.update(ByteBuffer.allocate(9).put((byte) 2).putLong(bytes.length).flip());
    crc.update(bytes);
  }

  private void assertLogged(String what) {
    assertThat(lines.list)
        .filteredOn(line -> line.getLevel() == Level.ERROR)
        .extracting(ILoggingEvent::getFormattedMessage)
        .anyMatch(line -> line.contains(what) && line.contains("offset 2"))
        .noneMatch(line -> line.toLowerCase(Locale.ROOT).contains("spoiled"));
  }

  private static void assertShown(List<Json> entries, String... texts) {
    List<String> shown = new ArrayList<>();
    for (Json entry : entries) {
      boolean unreadable = entry.has("unreadable") && entry.truth("unreadable");
      if (unreadable) {
        assertThat(entry.has("data")).isFalse();
      }
      shown.add(unreadable ? "?" : entry.text("message"));
    }
    assertThat(shown).containsExactly(texts);
  }

  @ParameterizedTest
  @EnumSource
  void aMessageIsShownAsUnreadableAndCanBeDeleted(Fault fault) throws SQLException {
    try (FullPeer ana = FullPeer.hello(server, "ana", "")) {
      for (String text : List.of("a", "b", "c", "d")) {
        ana.ask(
            "'type':'chat','room':'r','id':'%s','message':'%s','data':%s"
                .formatted(text, text, DATA));
      }
    }
    spoil("r", 1, fault);
    try (FullPeer eva = FullPeer.hello(server, "eva", "");
        FullPeer ana = FullPeer.hello(server, "ana", "")) {
      assertShown(eva.ask("'type':'history','room':'r'").objects("messages"), "a", "?", "c", "d");
      assertShown(
          api.get("/api/v1/rooms/r/messages?after=1&limit=2").ok(200).objects("messages"),
          "?",
          "c");
      Json joined = eva.ask("'type':'join','room':'r','after':'0:0'");
      assertThat(joined.truth("recovered")).isTrue();
      assertShown(joined.objects("messages"), "a", "?", "c", "d");
      Json unreadable = joined.objects("messages").get(1);
      assertThat(unreadable.type()).isEqualTo("chat");
      assertThat(unreadable.truth("deleted")).isTrue();
      assertThat(unreadable.number("offset")).isEqualTo(2);
      assertThat(unreadable.text("client")).isEqualTo(fault == Fault.DAMAGED ? "~lost" : "ana");
      try (FullPeer luis = FullPeer.hello(server, "luis", "'rooms':{'r':null}");
          Events events = Events.open(server, "client=lea&rooms=r", "")) {
        assertShown(luis.next("joined").objects("messages"), "a", "?", "c", "d");
        assertShown(
            events.next(frame -> frame.type().equals("joined")).json().objects("messages"),
            "a",
            "?",
            "c",
            "d");
      }
      Json resumed =
          ana.ask("'type':'join','room':'r','after':'%s'".formatted(unreadable.text("pos")));
      assertThat(resumed.truth("recovered")).isTrue();
      assertShown(resumed.objects("messages"), "c", "d");
      assertLogged("room r");

      assertThat(ana.ask("'type':'react','room':'r','target':2,'emoji':'x'").type())
          .isEqualTo("error");
      assertThat(ana.ask("'type':'delete','room':'r','target':2").type()).isEqualTo("ok");
      assertThat(eva.next("deleted").number("target")).isEqualTo(2);
      List<Json> after = eva.ask("'type':'history','room':'r'").objects("messages");
      assertThat(after.get(1).has("unreadable")).isFalse();
      assertThat(after.get(1).truth("deleted")).isTrue();
    }
    assertThat(Check.of(server.data(), Progress.NONE).findings()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aNotificationIsShownAsUnreadableAndCanBeRevoked(Fault fault) throws SQLException {
    try (FullPeer ana = FullPeer.hello(server, "ana", "")) {
      for (String text : List.of("a", "b", "c")) {
        ana.ask("'type':'notification','to':'bea','message':'%s','data':%s".formatted(text, DATA));
        ana.ask("'type':'broadcast_notification','message':'all %s'".formatted(text));
      }
    }
    spoil("bea", 2, fault);
    // How many broadcasts were before it can't be told: as many as with the one before.
    String[] shown = {"a", "?", "all a", "all b", "c", "all c"};
    try (FullPeer bea = FullPeer.hello(server, "bea", "'inbox':null");
        FullPeer ana = FullPeer.hello(server, "ana", "")) {
      assertShown(bea.next("inbox").objects("notifications"), shown);
      List<Json> page = bea.ask("'type':'inbox'").objects("notifications");
      assertShown(page, shown);
      assertShown(
          bea.ask("'type':'inbox','limit':4").objects("notifications"),
          "all a",
          "all b",
          "c",
          "all c");
      Json unreadable = page.get(1);
      assertThat(unreadable.text("scope")).isEqualTo("personal");
      String id = unreadable.text("id");
      assertShown(
          bea.ask("'type':'inbox','after':'%s'".formatted(id)).objects("notifications"),
          "all a",
          "all b",
          "c",
          "all c");
      try (FullPeer again = FullPeer.hello(server, "bea", "'inbox':'0:0+0:0'")) {
        Json replay = again.next("inbox");
        assertThat(replay.truth("recovered")).isTrue();
        assertShown(replay.objects("notifications"), shown);
      }
      assertThat(bea.ask("'type':'inbox_read','up_to':'%s'".formatted(id)).number("unread"))
          .isEqualTo(4);
      Json ledger = api.get("/api/v1/clients/bea/notifications").ok(200);
      assertThat(ledger.objects("notifications")).hasSize(6);
      assertThat(api.get("/api/v1/notifications/" + id).ok(200).truth("unreadable")).isTrue();
      assertLogged("inbox of bea");
      assertThat(ana.ask("'type':'revoke','id':'%s'".formatted(id)).type()).isEqualTo("ok");
      assertShown(
          bea.ask("'type':'inbox'").objects("notifications"), "a", "all a", "all b", "c", "all c");
    }
    assertThat(Check.of(server.data(), Progress.NONE).findings()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void anUnreadableBroadcastLeavesAllInboxesReadable(Fault fault) throws SQLException {
    try (FullPeer ana = FullPeer.hello(server, "ana", "")) {
      for (String text : List.of("a", "b", "c")) {
        ana.ask("'type':'broadcast_notification','message':'%s','data':%s".formatted(text, DATA));
      }
    }
    spoil("", 3, fault);
    try (FullPeer ana = FullPeer.hello(server, "ana", "'inbox':null")) {
      List<Json> shown = ana.next("inbox").objects("notifications");
      assertShown(shown, "a", "?", "c");
      String id = shown.get(1).text("id");
      assertThat(api.get("/api/v1/notifications/" + id).ok(200).truth("unreadable")).isTrue();
      assertThat(api.send("DELETE", "/api/v1/notifications/" + id, null).status()).isLessThan(300);
      assertShown(ana.ask("'type':'inbox'").objects("notifications"), "a", "c");
    }
    assertThat(Check.of(server.data(), Progress.NONE).findings()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void anUnreadableEditMakesItsMessageUnreadable(Fault fault) throws SQLException {
    try (FullPeer ana = FullPeer.hello(server, "ana", "")) {
      ana.ask("'type':'chat','room':'r','message':'a'");
      ana.ask("'type':'chat','room':'r','message':'b','data':" + DATA);
      ana.ask("'type':'react','room':'r','target':1,'emoji':'x'");
      ana.ask("'type':'chat','room':'r','message':'c'");
      ana.ask("'type':'edit','room':'r','target':4,'message':'d'");
      ana.ask("'type':'react','room':'r','target':1,'emoji':'y'");
      ana.ask("'type':'chat','room':'r','message':'e'");
    }
    spoil("r", 1, fault);
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("UPDATE entry SET body = CAST('{}' AS BLOB) WHERE entry_offset = 5");
      statement.executeUpdate("UPDATE reaction SET emoji = 'z' WHERE emoji = 'y'");
    }
    try (FullPeer eva = FullPeer.hello(server, "eva", "")) {
      List<Json> messages = eva.ask("'type':'history','room':'r'").objects("messages");
      assertShown(messages, "?", "?", "?", "e");
    }
  }

  @ParameterizedTest
  @EnumSource
  void exportContinuesWithAReportAndErasureAndBackupWork(Fault fault)
      throws SQLException, IOException {
    try (FullPeer ana = FullPeer.hello(server, "ana", "")) {
      for (String text : List.of("a", "b", "c")) {
        ana.ask("'type':'chat','room':'r','message':'%s','data':%s".formatted(text, DATA));
        ana.ask("'type':'notification','to':'bea','message':'%s'".formatted(text));
      }
    }
    spoil("r", 1, fault);
    List<String> findings = new ArrayList<>();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ExportReport report =
        Export.of(server.data(), out, findings::add, /* skipping= */ false, Progress.NONE);
    assertThat(report.damaged()).isEqualTo(1);
    assertThat(findings).singleElement().asString().contains("room:r", "offset 2");
    assertThat(report.entries()).isEqualTo(6);
    Path copy = temp.resolve("copy");
    Import.into(
        copy, new ByteArrayInputStream(out.toByteArray()), FolderServer.NONE, Progress.NONE);
    assertThat(Check.of(copy, Progress.NONE).findings()).isEmpty();
    ByteArrayOutputStream again = new ByteArrayOutputStream();
    assertThat(Export.of(copy, again, null, Progress.NONE).damaged()).isZero();
    assertThat(again.toString(StandardCharsets.UTF_8))
        .isEqualTo(out.toString(StandardCharsets.UTF_8))
        .contains("\"message\":\"a\"", "\"message\":\"c\"");
    assertThat(Check.of(server.data(), Progress.NONE).findings())
        .singleElement()
        .satisfies(finding -> assertThat(finding.what()).contains("offset 2"));
    if (fault == Fault.OUT_OF_BOUNDS) {
      // A copy of what is damaged is not a backup.
      assertThat(Backup.make(server.data(), temp.resolve("b.sqlite"), Progress.NONE).entries())
          .isEqualTo(6);
    }
    try (ErasureOperation erasureOperation =
        ErasureOperation.of(server.data(), "ana", new OperatorClient(), Progress.NONE)) {
      erasureOperation.carryOut(Progress.NONE);
    }
    assertThat(Check.of(server.data(), Progress.NONE).findings()).isEmpty();
    ByteArrayOutputStream erased = new ByteArrayOutputStream();
    Export.of(server.data(), erased, null, Progress.NONE);
    assertThat(erased.toString(StandardCharsets.UTF_8))
        .doesNotContain("\"ana\"", "spoiled", "SPOILED");
  }

  @Test
  void anUnreadableRoomLeavesTheOthersInTheLists() throws SQLException {
    try (FullPeer ana = FullPeer.hello(server, "ana", "")) {
      for (String room : List.of("a", "b", "c", "d")) {
        ana.ask("'type':'chat','room':'%s','message':'m'".formatted(room));
      }
    }
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("UPDATE topic SET head = 7 WHERE name = 'b'");
      statement.executeUpdate(
          "UPDATE participant SET read_offset = 7"
              + " WHERE topic_id = (SELECT id FROM topic WHERE name = 'c')");
    }
    assertThat(api.get("/api/v1/rooms?limit=2").ok(200).objects("rooms"))
        .extracting(room -> room.text("room") + room.number("head") + room.has("unreadable"))
        .containsExactly("a1false", "b0true");
    assertThat(api.get("/api/v1/rooms?after=b").ok(200).objects("rooms"))
        .extracting(room -> room.text("room") + room.number("head") + room.has("unreadable"))
        .containsExactly("c1false", "d1false");
    try (FullPeer ana = FullPeer.hello(server, "ana", "")) {
      assertThat(ana.ask("'type':'rooms'").objects("rooms"))
          .extracting(room -> room.text("room") + room.number("head") + room.has("unreadable"))
          .containsExactly("a1false", "b0true", "c0true", "d1false");
    }
  }

  @Test
  void anExportNamesEachUnreadableEntryInOrder() throws SQLException, IOException {
    try (FullPeer ana = FullPeer.hello(server, "ana", "")) {
      for (int i = 0; i < 20; i++) {
        ana.ask("'type':'chat','room':'r','message':'m%s'".formatted(i));
      }
    }
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("UPDATE entry SET time = 5 WHERE entry_offset IN (1, 7, 8, 20)");
    }
    List<String> findings = new ArrayList<>();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThat(Export.of(server.data(), out, findings::add, false, Progress.NONE).damaged())
        .isEqualTo(4);
    assertThat(findings).hasSize(4);
    Path copy = temp.resolve("copy");
    Import.into(
        copy, new ByteArrayInputStream(out.toByteArray()), FolderServer.NONE, Progress.NONE);
    assertThat(Check.of(copy, Progress.NONE).findings()).isEmpty();
  }
}
