package dev.tertulia.server.browser;

import static dev.tertulia.server.browser.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;

/// The chat and the bell in a page of another origin, which lets scripts and styles of no one else
/// in, and no inline ones.
@Tag("system")
final class EmbeddingTest {
  private static final Path EXAMPLE = Path.of("../examples/embed.html");
  private static final String EXAMPLES_SERVER = "http://127.0.0.1:8000";
  private static final Pattern ADDRESS = Pattern.compile("src=\"http://([^/]*)/static/");
  private static final Path GUIDES = Path.of("../docs");
  private static final Path STYLE = Path.of("../web/js/embed/common-style.js");
  private static final Pattern CUSTOM_PROPERTY = Pattern.compile("--tertulia-[a-z-]*[a-z]");
  private static final String CHAT = "tertulia-chat";
  private static final String BELL = "tertulia-inbox";

  private static final String DISTANCE_TO_END =
      """
      const log = document.querySelector('tertulia-chat').shadowRoot.querySelector('.log');
      return Math.round(log.scrollHeight - log.scrollTop - log.clientHeight);
      """;

  /// Scrolls to the beginning, waits for what comes before it, and tells by how much one of those
  /// that were first has moved.
  private static final String SCROLL_UP =
      """
      const { shadowRoot } = document.querySelector('tertulia-chat');
      const log = shadowRoot.querySelector('.log');
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      log.scrollTop = 0;
      const { key } = shadowRoot.querySelectorAll('.message')[2].dataset;
      const place = () => shadowRoot.querySelector(`[data-key="${key}"]`).getBoundingClientRect().bottom;
      const before = place();
      while (shadowRoot.querySelectorAll('.message')[2].dataset.key === key) await frame();
      await frame();
      return place() - before;
      """;

  private static Browser browser;
  private OtherSite site;
  private TestServer server;

  @BeforeAll
  static void startBrowser() {
    browser = Browser.speaking("en");
  }

  @BeforeEach
  void startSiteAndServer() {
    site = OtherSite.start();
    server = TestServer.start(Map.of(Setting.ORIGINS, site.origin()));
  }

  @AfterEach
  void stop() {
    browser.closeTabs();
    server.close();
    site.close();
  }

  @AfterAll
  static void closeBrowser() {
    browser.close();
  }

  @Test
  void theExampleHasAChatAndABellInItsOwnColours() throws Exception {
    try (FullPeer luis = FullPeer.hello(server, "luis", "'rooms':{'soporte':null}")) {
      luis.ask("'type':'chat','room':'soporte','sender':'Luis','message':'hola, *Ana*'");
      notify(luis, "antes");
      Tab tab = openExample();
      eventually(
          () -> assertThat(tab.textsWithin(CHAT, ".message .text")).containsExactly("hola, Ana"));
      assertThat(tab.textsWithin(CHAT, ".text strong")).as("markup").containsExactly("Ana");
      eventually(() -> assertThat(tab.textsWithin(BELL, ".count")).containsExactly("1"));

      luis.ask("'type':'chat','room':'soporte','sender':'Luis','message':'¿me lees?'");
      eventually(() -> assertThat(tab.textsWithin(CHAT, ".message .text")).contains("¿me lees?"));
      tab.typeWithin(CHAT, "textarea", "te leo", Keys.ENTER);
      assertThat(luis.next(frame -> said(frame, "te leo")).text("sender")).isEqualTo("Ana");
      eventually(() ->
          assertThat(tab.textsWithin(CHAT, ".own[data-state=stored] .text"))
              .containsExactly("te leo"));

      notify(luis, "la cena está lista");
      luis.ask("'type':'broadcast_notification','message':'para todos'");
      eventually(() -> assertThat(tab.textsWithin(BELL, ".count")).containsExactly("3"));
      tab.clickWithin(BELL, ".bell");
      eventually(() ->
          assertThat(tab.textsWithin(BELL, ".notification .text"))
              .containsExactly("para todos", "la cena está lista", "antes"));
      assertThat(tab.textsWithin(BELL, ".broadcast .text")).containsExactly("para todos");
      tab.clickWithin(BELL, ".all");
      eventually(() -> assertThat(tab.textsWithin(BELL, ".count")).isEmpty());

      assertThat(colour(tab, CHAT, ".send", "background-color")).isEqualTo("rgb(11, 92, 85)");
      assertThat(browser.complaints()).isEmpty();
    }
  }

  @Test
  void bothSpeakTheLanguageOfThePageAndFollowItsTheme() throws Exception {
    Tab tab = openExample();
    eventually(() -> assertThat(tab.textsWithin(CHAT, ".send")).containsExactly("Enviar"));
    eventually(() ->
        assertThat(tab.textsWithin(CHAT, ".empty")).containsExactly("Todavía no hay mensajes."));
    assertThat(colour(tab, CHAT, "textarea", "color")).isEqualTo("rgb(43, 33, 26)");
    tab.prefer("dark");
    assertThat(colour(tab, CHAT, "textarea", "color")).isEqualTo("rgb(243, 232, 219)");
    tab.perform("document.querySelector('tertulia-chat').lang = 'en'");
    assertThat(tab.textsWithin(CHAT, ".send")).containsExactly("Send");
    tab.perform("document.querySelector('meta[name=color-scheme]').content = 'light'");
    assertThat(colour(tab, CHAT, "textarea", "color")).isEqualTo("rgb(43, 33, 26)");
  }

  @Test
  void whatIsWrittenDuringACutArrivesAfterIt() throws Exception {
    try (FullPeer luis = FullPeer.hello(server, "luis", "'rooms':{'soporte':null}");
        Gateway gateway = Gateway.to(server.port()).withWebSocket()) {
      Tab tab = open(example(gateway.http("").toString()));
      eventually(() -> assertThat(tab.textsWithin(CHAT, ".empty")).isNotEmpty());
      gateway.fail(true);
      eventually(
          () -> assertThat(tab.textsWithin(CHAT, ".bar").getFirst()).startsWith("Sin conexión."));
      tab.typeWithin(CHAT, "textarea", "uno", Keys.ENTER, "dos", Keys.ENTER);
      assertThat(tab.textsWithin(CHAT, ".own .text")).containsExactly("uno", "dos");
      assertThat(tab.textsWithin(CHAT, ".state")).hasSize(2);
      gateway.fail(false);
      tab.perform("document.querySelector('tertulia-chat').tertulia.connect()");
      luis.next(frame -> said(frame, "uno"));
      luis.next(frame -> said(frame, "dos"));
      eventually(() -> assertThat(tab.textsWithin(CHAT, ".state")).isEmpty());
      assertThat(tab.textsWithin(CHAT, ".own .text")).containsExactly("uno", "dos");
    }
  }

  @Test
  void olderMessagesComeWithoutAJump() throws Exception {
    try (FullPeer luis = FullPeer.hello(server, "luis", "'rooms':{'soporte':null}")) {
      for (int i = 1; i <= 120; i++) {
        luis.ask("'type':'chat','room':'soporte','message':'número " + i + "'");
      }
      Tab tab = openExample();
      eventually(() -> assertThat(tab.textsWithin(CHAT, ".text")).contains("número 120"));
      assertThat(tab.run(DISTANCE_TO_END)).as("begins at the end").isEqualTo(0L);
      Object moved = tab.run("return (async () => { %s })()".formatted(SCROLL_UP));
      assertThat(tab.textsWithin(CHAT, ".text")).contains("número 30");
      assertThat(((Number) moved).doubleValue()).as("pixels").isBetween(-2.0, 2.0);

      luis.ask("'type':'chat','room':'soporte','message':'número 121'");
      eventually(
          () -> assertThat(tab.textsWithin(CHAT, ".jump")).containsExactly("1 mensaje nuevo"));
      tab.clickWithin(CHAT, ".jump");
      eventually(() -> assertThat(tab.run(DISTANCE_TO_END)).isEqualTo(0L));
      assertThat(tab.textsWithin(CHAT, ".text")).contains("número 121");
    }
  }

  @ParameterizedTest
  @Tag("long")
  @CsvSource({"light, 1280", "dark, 1280", "light, 360"})
  void axeFindsNothingInTheOtherThemesAndSizes(String theme, int width) throws Exception {
    axeFindsNothingAndNothingIsTooWide(theme, width);
  }

  @Test
  void axeFindsNothingAndNothingIsTooWideInTheDarkOnAPhone() throws Exception {
    axeFindsNothingAndNothingIsTooWide("dark", 360);
  }

  private void axeFindsNothingAndNothingIsTooWide(String theme, int width) throws Exception {
    try (FullPeer luis = FullPeer.hello(server, "luis", "'rooms':{'soporte':null}")) {
      luis.ask("'type':'chat','room':'soporte','sender':'Luis','message':'*hola* a `todos`'");
      luis.ask("'type':'chat','room':'soporte','message':'> eso','reply_to':1");
      luis.ask("'type':'react','room':'soporte','target':1,'emoji':'👍'");
      notify(luis, "PalabraLarguísimaQueNoCabeEnNingunaLíneaDeNingúnPanelEstrechoDeNingúnTeléfono");
      luis.ask("'type':'broadcast_notification','message':'para todos','urgency':'high'");
      Tab tab = openExample();
      tab.resize(width, 800, 1, width < 600);
      tab.prefer(theme);
      eventually(() -> assertThat(tab.textsWithin(CHAT, ".reaction")).isNotEmpty());
      tab.typeWithin(CHAT, "textarea", "te leo", Keys.ENTER);
      eventually(
          () -> assertThat(tab.textsWithin(CHAT, ".own[data-state=stored] .text")).isNotEmpty());
      Axe axe = Axe.in(tab);
      assertThat(axe.findings("html")).isEmpty();
      tab.clickWithin(BELL, ".bell");
      eventually(() -> assertThat(tab.textsWithin(BELL, ".notification")).hasSize(2));
      assertThat(axe.findings("html")).as("with the list open").isEmpty();
      assertThat(tab.run("return document.documentElement.scrollWidth")).isEqualTo((long) width);
    }
  }

  @Test
  void elementsShareAConnectionWhichEndsWithThem() throws Exception {
    Tab tab = openExample();
    server.awaitConnections(1);
    eventually(() -> assertThat(tab.textsWithin(CHAT, ".empty")).isNotEmpty());
    eventually(() ->
        assertThat(server.server().subscribedTopics())
            .as("room, who is in it, inbox")
            .isEqualTo(4));
    tab.perform("document.querySelector('tertulia-chat').remove()");
    tab.perform("document.body.append(document.querySelector('tertulia-inbox'))");
    eventually(() -> assertThat(server.server().subscribedTopics()).as("inbox").isEqualTo(2));
    server.awaitConnections(1);
    tab.perform("document.querySelector('tertulia-inbox').remove()");
    server.awaitConnections(0);
    assertThat(browser.complaints()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"embedding.md", "embedding.es.md"})
  void theGuidesPageWorksAndItsTablesAreComplete(String name) throws Exception {
    String guide = Files.readString(GUIDES.resolve(name));
    String page = guide.substring(guide.indexOf("<!doctype html>"), guide.indexOf("</html>"));
    site.serve(page.replace(EXAMPLES_SERVER, "http://127.0.0.1:" + server.port()), "");
    Tab tab = browser.open(site.address());
    eventually(() -> assertThat(tab.textsWithin(CHAT, ".empty").getFirst()).endsWith("."));
    tab.typeWithin(CHAT, "textarea", "uno", Keys.ENTER);
    eventually(() ->
        assertThat(tab.textsWithin(CHAT, ".own[data-state=stored] .text")).containsExactly("uno"));
    assertThat(browser.complaints()).isEmpty();

    Set<String> there = found(CUSTOM_PROPERTY, Files.readString(STYLE));
    assertThat(found(CUSTOM_PROPERTY, guide)).as("custom properties").isEqualTo(there);
    tab.perform("document.querySelector('tertulia-inbox').toggle()");
    for (String host : List.of(CHAT, BELL)) {
      assertThat(tab.attributesWithin(host, "part"))
          .as("parts of " + host)
          .allSatisfy(part -> assertThat(guide).contains('`' + part + '`'));
    }
  }

  private static Set<String> found(Pattern what, String text) {
    return what.matcher(text).results().map(MatchResult::group).collect(Collectors.toSet());
  }

  private Tab openExample() throws Exception {
    return open(example("http://127.0.0.1:" + server.port()));
  }

  /// The example, with the address of a server in place of its own.
  private static String example(String address) throws IOException {
    return Files.readString(EXAMPLE).replace(EXAMPLES_SERVER, address);
  }

  private Tab open(String page) throws Exception {
    site.serve(page, policy(page));
    return browser.open(site.address());
  }

  /// What a careful site writes: scripts, requests and connections of the server, its own style.
  private static String policy(String page) throws Exception {
    String style = page.substring(page.indexOf("<style>") + 7, page.indexOf("</style>"));
    byte[] hash =
        MessageDigest.getInstance("SHA-256").digest(style.getBytes(StandardCharsets.UTF_8));
    Matcher address = ADDRESS.matcher(page);
    assertThat(address.find()).isTrue();
    return "default-src 'none'; script-src http://%1$s; connect-src http://%1$s ws://%1$s; img-src 'self'; style-src 'sha256-%2$s'"
        .formatted(address.group(1), Base64.getEncoder().encodeToString(hash));
  }

  private static void notify(FullPeer from, String message) {
    from.ask("'type':'notification','to':'ana','message':'" + message + "'");
  }

  private static boolean said(Json frame, String message) {
    return frame.type().equals("chat") && frame.text("message").equals(message);
  }

  private static String colour(Tab tab, String host, String css, String property) {
    return (String)
        tab.run(
            "return getComputedStyle(document.querySelector(arguments[0]).shadowRoot"
                + ".querySelector(arguments[1])).getPropertyValue(arguments[2])",
            host,
            css,
            property);
  }
}
