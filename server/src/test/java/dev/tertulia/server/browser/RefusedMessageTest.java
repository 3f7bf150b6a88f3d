package dev.tertulia.server.browser;

import static dev.tertulia.server.browser.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.browser.PageTab.Entry;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How the page shows a message that the server refuses because it can't store it at the moment,
/// and that nobody has to do anything for it. What failed for good is tested with the conversation.
@Tag("system")
final class RefusedMessageTest {
  @TempDir private Path folder;

  @Test
  void waitsAndIsSentAgainByItself() throws Exception {
    waitsAndIsSentAgainByItself("es", "light");
  }

  @Test
  @Tag("long")
  void waitsAndIsSentAgainByItselfInEnglish() throws Exception {
    waitsAndIsSentAgainByItself("en", "dark");
  }

  private void waitsAndIsSentAgainByItself(String language, String theme) throws Exception {
    Map<Setting, String> settings = Map.of(Setting.DATA, folder.resolve("d").toString());
    try (Browser browser = Browser.speaking(language);
        TestServer server = TestServer.start(settings)) {
      PageTab page = PageTab.open(browser, server, "Ana");
      page.tab().prefer(theme);
      page.say("antes");
      page.awaitSaid("chat Ana: antes");
      try (Connection database = database();
          Statement statement = database.createStatement()) {
        statement.execute("BEGIN IMMEDIATE");
        page.say("uno");
        page.say("dos", "#notify-self");
        eventually(() ->
            assertThat(page.entries().getLast())
                .as("refused once, and waiting for its turn")
                .extracting(Entry::said, Entry::state)
                .containsExactly("chat Ana: uno", "waiting"));
        assertThat(page.tab().has(".entry[data-state=waiting] .clock")).isTrue();
        assertThat((List<?>) page.tab().runFile("low-contrast.js")).isEmpty();
        picture(page, language);
        statement.execute("ROLLBACK");
      }
      page.awaitSaid("chat Ana: uno");
      page.awaitSaid("personal dos");
      assertThat(page.said())
          .as("each once, and nothing else is shown of it")
          .containsExactlyInAnyOrder("chat Ana: antes", "chat Ana: uno", "personal dos");
      page.say("después");
      page.awaitSaid("chat Ana: después");
    }
  }

  private Connection database() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("d/tertulia.sqlite"));
  }

  /// For whoever wants to look at it: `-Dpictures=FOLDER`.
  private static void picture(PageTab page, String language) throws IOException {
    String to = System.getProperty("pictures", "");
    if (!to.isEmpty()) {
      page.tab().resize(1280, 800, 1, false);
      Files.write(Path.of(to, "refused-" + language + ".png"), page.tab().picture());
      page.tab().resize(390, 844, 2, true);
      Files.write(Path.of(to, "refused-" + language + "-phone.png"), page.tab().picture());
    }
  }
}
