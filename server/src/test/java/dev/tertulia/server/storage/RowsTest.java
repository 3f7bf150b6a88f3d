package dev.tertulia.server.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.storage.rows.EntryBody;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.sqlite.SqliteDatabase;
import dev.tertulia.server.topic.LogException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RowsTest {
  private static final ClientId ANA = new ClientId("ana");

  @TempDir Path folder;

  private static Entry.Kept again(Entry.Kept entry, @Nullable Long target, boolean deleted) {
    return EntryBody.read(
        EntryBody.kind(entry), entry.client(), target, deleted, EntryBody.write(entry));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1", "-1.50e3", "true", "null", "\"ñ \\ud83d\"", "[1, {\"a\":\t2}]", "{}"})
  void dataIsKeptVerbatim(String data) {
    Entry.Chat chat = new Entry.Chat(ANA, "Ana", "hola 👋", 4L, data, false);
    assertThat(again(chat, null, false)).isEqualTo(chat);
  }

  @Test
  void everyKindIsReadAsItWasWritten() {
    for (Entry.Kept entry :
        new Entry.Kept[] {
          new Entry.Chat(ANA, "", ""),
          new Entry.Edit(ANA, 3, "otra cosa"),
          new Entry.Edit(ANA, 3, null),
          new Entry.Deletion(ANA, 3),
          new Entry.Reaction(ANA, 3, "👍🏽", true),
          new Entry.Notification(ANA, Entry.Scope.PERSONAL, "x"),
          new Entry.Notification(ANA, Entry.Scope.BROADCAST, "x")
        }) {
      assertThat(again(entry, entry instanceof Entry.Amendment ? 3L : null, false))
          .isEqualTo(entry);
    }
  }

  @Test
  void aDeletedMessageHasNeitherTextNorData() {
    Entry.Kept chat = new Entry.Chat(ANA, "Ana", "secreto", 4L, "\"secreto\"", false);
    String body = new String(EntryBody.write(EntryBody.blank(chat)), StandardCharsets.UTF_8);
    assertThat(body).isEqualTo("{\"sender\":\"Ana\",\"message\":\"\",\"reply_to\":4}");
    assertThat(again(EntryBody.blank(chat), null, true))
        .isEqualTo(new Entry.Chat(ANA, "Ana", "", 4L, null, true));
  }

  @Test
  void aBodyThatDoesNotMatchItsKindIsDamage() {
    byte[] body = EntryBody.write(new Entry.Edit(ANA, 3, "x"));
    assertThatThrownBy(() -> EntryBody.read(9, ANA, 3L, false, body))
        .isInstanceOf(LogException.class);
    assertThatThrownBy(() -> EntryBody.read(1, ANA, null, false, body))
        .isInstanceOf(LogException.class);
    assertThatThrownBy(() -> EntryBody.read(1, ANA, null, false, new byte[] {'{', '"'}))
        .isInstanceOf(LogException.class);
  }

  @Test
  void aRowIsReadAsItWasWrittenAndEachChangedColumnIsNamed() throws SQLException {
    EntryRow row =
        new EntryRow(
            1,
            2,
            3,
            4,
            1,
            "ana",
            null,
            null,
            false,
            EntryBody.write(new Entry.Chat(ANA, "A", "x")));
    try (DataFolder data = DataFolder.open(folder)) {
      SqliteDatabase database = SqliteDatabase.lasting(data);
      try (Connection connection = database.connect();
          PreparedStatement insert =
              connection.prepareStatement(
                  "INSERT INTO entry (%s) VALUES (?,?,?,?,?,?,?,?,?,?,?)"
                      .formatted(EntryRow.COLUMNS));
          Statement statement = connection.createStatement()) {
        row.bind(insert);
        insert.executeUpdate();
        assertThat(read(statement)).usingRecursiveComparison().isEqualTo(row);
        for (String change :
            new String[] {
              "topic_id = 9",
              "entry_offset = 9",
              "term = 9",
              "time = 9",
              "kind = 2",
              "client = 'anb'",
              "request = ''",
              "target = 0",
              "deleted = 1",
              "deleted = 2",
              "body = x'7b7d'",
              "checksum = 0"
            }) {
          connection.commit();
          statement.executeUpdate("UPDATE entry SET " + change);
          assertThatThrownBy(() -> read(statement))
              .as(change)
              .isInstanceOf(LogException.class)
              .hasMessageContaining("'entry'");
          connection.rollback();
        }
      }
    }
  }

  private static EntryRow read(Statement statement) throws SQLException {
    try (ResultSet result = statement.executeQuery("SELECT " + EntryRow.COLUMNS + " FROM entry")) {
      assertThat(result.next()).isTrue();
      return EntryRow.read(result, 1);
    }
  }
}
