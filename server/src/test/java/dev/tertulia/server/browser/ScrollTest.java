package dev.tertulia.server.browser;

import static dev.tertulia.server.browser.Tab.eventually;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.TestClient;
import dev.tertulia.server.testing.TestServer;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A conversation of 10,000 messages, scrolled back in a real browser.
@Tag("system")
final class ScrollTest {
  private static final int MESSAGES = 10_000;

  /// How many messages are sent before their answers are read, which the server stores together.
  private static final int BATCH = 200;

  /// How many messages the page may show at once, with the notifications among them.
  private static final long SHOWN = 300;

  /// How many elements that may be: some dozen a message, and the rest of the page.
  private static final long NODES = 6_000;

  /// How many pages are loaded; `-Dpages=200` loads them all.
  private static final int PAGES = Integer.getInteger("pages", 12);

  /// From frame to frame: how far a message has moved that was in sight.
  private static final String FOLLOW =
      """
      const log = document.querySelector('#log');
      const inSight = () => {
        const { top, bottom } = log.getBoundingClientRect();
        return [...document.querySelectorAll('.entry')]
          .map((entry) => ({ entry, edge: entry.getBoundingClientRect().bottom }))
          .filter(({ entry, edge }) => edge > top && entry.getBoundingClientRect().top < bottom);
      };
      window.travelled = 0;
      let before = inSight();
      const look = () => {
        const { entry, edge } = before.find((each) => each.entry.isConnected);
        travelled += Math.abs(entry.getBoundingClientRect().bottom - edge);
        before = inSight();
        requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
      """;

  private static Browser browser;
  private static TestServer server;

  @BeforeAll
  static void start() {
    browser = Browser.speaking("es");
    server =
        TestServer.start(
            Map.of(Setting.LIMITS_MESSAGES_PER_SECOND, "100000", Setting.LIMITS_BURST, "100000"));
    try (TestClient luis = TestClient.connect(server, "luis")) {
      for (int i = 1; i <= MESSAGES; i++) {
        String text = "mensaje " + i + " bla".repeat(i * 7919 % 41);
        luis.chat(i * 31 % 7 < 4 ? "Luis" : "Lucía", text);
        for (int sent = 0; i % BATCH == 0 && sent < BATCH; sent++) {
          luis.next();
        }
      }
    }
  }

  @AfterEach
  void closeTabs() {
    browser.closeTabs();
  }

  @AfterAll
  static void stop() {
    server.close();
    browser.close();
  }

  @Test
  @SuppressWarnings("unchecked")
  void loadingBackMovesNothingAndThePageStaysSmall() {
    PageTab page = open();
    page.tab().picture(); // in front
    Map<String, Object> found = (Map<String, Object>) page.tab().runFile("scroll-back.js", PAGES);
    assertThat(found).doesNotContainKey("stuck");
    assertThat(number(found, "moved"))
        .as("pixels that the message in view has moved")
        .isLessThanOrEqualTo(2);
    assertThat(number(found, "doubled")).as("pages loaded at once").isZero();
    assertThat(number(found, "entries")).isLessThanOrEqualTo(SHOWN);
    assertThat(number(found, "nodes")).isLessThanOrEqualTo(NODES);

    // And back to the end.
    eventually(() -> assertThat(page.tab().has("#jump:not([hidden])")).isTrue());
    page.tab().click("#jump");
    eventually(
        () -> assertThat(page.said().getLast()).startsWith("chat Lu").contains(" " + MESSAGES));
    eventually(() -> assertThat(page.tab().has("#jump[hidden]")).isTrue());
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  @Tag("long")
  void aTurningWheelMovesTheMessagesByItsStepsOnly() {
    PageTab page = open();
    page.tab().picture();
    page.tab().perform(FOLLOW);
    int steps = 40;
    int step = 500;
    page.tab().wheel("#log", -step, steps);
    assertThat(
            (Boolean)
                page.tab().run("return document.querySelector('message-list').conversation.newer"))
        .as("more was loaded than is held")
        .isTrue();
    assertThat(((Number) page.tab().run("return travelled")).doubleValue())
        .as("pixels moved in all")
        .isBetween(step * steps * 0.5, step * steps + 2.0 * steps);
    assertThat(
            ((Number)
                    page.tab()
                        .run("return Number(document.querySelector('.entry').dataset.offset)"))
                .longValue())
        .as("the first message that was loaded: no page more than was come near to")
        .isGreaterThan(MESSAGES - 1_500L);
  }

  @Test
  void aReaderFurtherBackStaysThereWhateverComes() {
    PageTab page = open();
    page.tab().picture();
    page.tab().perform("document.querySelector('#log').scrollTop -= 900");
    eventually(() -> assertThat(page.tab().has("#jump:not([hidden])")).isTrue());
    page.tab().perform(FOLLOW);
    try (TestClient eva = TestClient.connect(server, "eva")) {
      for (int i = 0; i < 20; i++) {
        eva.chat("Eva", "una más " + i);
      }
      eventually(() -> assertThat(page.tab().text("#jump")).isEqualTo("20 mensajes nuevos"));
    }
    assertThat(((Number) page.tab().run("return travelled")).doubleValue())
        .as("pixels moved in all")
        .isLessThanOrEqualTo(2);
    page.tab().click("#jump");
    eventually(() -> assertThat(page.tab().has("#jump[hidden]")).isTrue());
    eventually(() -> assertThat(page.said()).contains("chat Eva: una más 19"));
  }

  private static double number(Map<String, Object> found, String name) {
    return ((Number) requireNonNull(found.get(name), name)).doubleValue();
  }

  private static PageTab open() {
    PageTab page = PageTab.open(browser, server);
    eventually(() -> assertThat(page.said()).hasSizeGreaterThanOrEqualTo(50));
    return page;
  }
}
