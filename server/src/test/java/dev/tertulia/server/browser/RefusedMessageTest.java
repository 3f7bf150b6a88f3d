package dev.tertulia.server.browser;

import static dev.tertulia.server.browser.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.browser.PageTab.Entry;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;

/// How the page shows a message that the server refuses because it can't store it at the moment,
/// and what happens to it.
@Tag("system")
final class RefusedMessageTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "es; light; No se ha enviado. El servidor no puede guardar mensajes en este momento.;"
            + " Enviar otra vez",
        "en; dark;  Not sent. The server cannot store messages at the moment.;           Send"
            + " again",
      })
  void isMarkedWithTheReasonAndCanBeSentAgain(
      String language, String theme, String reason, String again) throws Exception {
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
        awaitRefused(page, 2);
        statement.execute("ROLLBACK");
      }
      assertThat(page.entries())
          .as("nothing else is shown of it")
          .extracting(Entry::said)
          .containsExactly("chat Ana: antes", "chat Ana: uno", "personal dos");
      assertThat(page.tab().run("return document.querySelector('.state').innerText"))
          .asString()
          .startsWith(reason)
          .contains(again);
      assertThat(
              page.tab()
                  .run("return document.querySelector('.state').closest('[role=log]').ariaLive"))
          .as("who listens is told")
          .isEqualTo("polite");
      assertThat((List<?>) page.tab().runFile("low-contrast.js")).isEmpty();
      picture(page, language);

      awaitThatItCanStore(server);

      // With the keyboard alone.
      page.tab().perform("document.querySelector('.resend').focus()");
      assertThat(page.tab().run("return document.activeElement.className"))
          .asString()
          .contains("resend");
      page.tab().press(Keys.ENTER);
      page.awaitSaid("chat Ana: uno");
      page.tab().click(".discard");
      eventually(() ->
          assertThat(page.entries())
              .extracting(entry -> entry.said() + " " + entry.state())
              .containsExactly("chat Ana: antes stored", "chat Ana: uno stored"));
      page.say("después");
      page.awaitSaid("chat Ana: después");
    }
  }

  private Connection database() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("d/tertulia.sqlite"));
  }

  /// It tries again a moment after the database is free.
  private static void awaitThatItCanStore(TestServer server) {
    HttpRequest request =
        HttpRequest.newBuilder(server.http("/api/v1/rooms/other/messages?client=c"))
            .POST(BodyPublishers.ofString("x"))
            .header("Content-Type", "text/plain")
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      eventually(() ->
          assertThat(http.send(request, BodyHandlers.discarding()).statusCode()).isEqualTo(201));
    }
  }

  private static void awaitRefused(PageTab page, int count) {
    eventually(() ->
        assertThat(page.entries())
            .filteredOn(entry -> entry.state().equals("failed"))
            .hasSize(count));
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
