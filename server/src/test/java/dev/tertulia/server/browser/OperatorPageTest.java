package dev.tertulia.server.browser;

import static dev.tertulia.server.browser.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.auth.KeyScopes;
import dev.tertulia.server.auth.key.ApiKey;
import dev.tertulia.server.config.Setting;
import dev.tertulia.server.http.admin.SampleRing;
import dev.tertulia.server.testing.CommandRun;
import dev.tertulia.server.testing.FullPeer;
import dev.tertulia.server.testing.TestCertificate;
import dev.tertulia.server.testing.TestServer;
import dev.tertulia.server.testing.TestTokens;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;

/// The operator's page, in a real browser.
@Tag("system")
final class OperatorPageTest {
  /// In bytes as they travel, compressed.
  private static final long LARGEST_PAGE = 50_000;

  /// Makes the page wait for an answer for a tenth of its time.
  private static final String IMPATIENT =
      """
      const { timeout } = AbortSignal;
      AbortSignal.timeout = (millis) => timeout.call(AbortSignal, millis / 10);
      """;

  @RegisterExtension static final Browser browser = Browser.speaking("es");

  /// Opens the page with what the command prints.
  private static Tab open(TestServer server) {
    Tab tab = browser.open(URI.create(code(server)));
    eventually(() -> assertThat(tab.has("#health")).isTrue());
    return tab;
  }

  /// The address that the command prints.
  private static String code(TestServer server) {
    return CommandRun.of(
            Map.of(), "", /* terminal= */ false, "admin", "--data", server.data().toString())
        .out()
        .strip();
  }

  private static void show(Tab tab, String part, String selector) {
    tab.perform("location.hash = arguments[0]", "#/" + part);
    eventually(() -> assertThat(tab.has(selector)).as(selector).isTrue());
  }

  /// Adds an hour of samples, which end now.
  private static void addSamples(TestServer server) {
    long now = System.currentTimeMillis();
    for (int i = SampleRing.CAPACITY - 1; i >= 0; i--) {
      server.server().samples().add(now - i * SampleRing.PERIOD.toMillis());
    }
  }

  private static String stored(Tab tab) {
    return String.valueOf(tab.run("return JSON.stringify({ ...localStorage })"));
  }

  @Test
  void theCommandOpensItOnceAndNothingIsLeftInTheAddress() {
    try (TestServer server = TestServer.start()) {
      Tab tab = open(server);
      assertThat(tab.run("return location.href")).isEqualTo(server.http("/admin").toString());
      assertThat(tab.text("#health")).isEqualTo("Todo en orden");
      assertThat(tab.text("[data-gauge=heap_bytes] .numbers")).contains("MiB");
      assertThat(stored(tab)).isEqualTo("{}");
      assertThat(
              (Long)
                  tab.run(
                      "return performance.getEntries().filter(({ name }) =>"
                          + " name.includes('code')).length"))
          .as("addresses that were requested with the code")
          .isLessThanOrEqualTo(1);
      tab.reload();
      eventually(() -> assertThat(tab.has("#health")).isTrue());
      String key = String.valueOf(tab.run("return sessionStorage.getItem('tertulia.operator')"));
      tab.click("#leave");
      eventually(() -> assertThat(tab.has("#key:focus")).isTrue());
      assertThat(tab.run("return sessionStorage.length")).isEqualTo(0L);
      assertThat(
              tab.run(
                  """
                  return fetch('api/v1/admin/overview', { headers: { Authorization: 'Bearer ' + arguments[0] } })
                    .then(({ status }) => status)
                  """,
                  key))
          .isEqualTo(401L);
      tab.go(server.http("/admin#code=used"));
      eventually(() -> assertThat(tab.text(".sign-in [role=alert]")).contains("./tertulia admin"));
    }
  }

  @ParameterizedTest
  @CsvSource({"31, false", "8, true"})
  void itWarnsOfACertificateThatExpiresSoon(int days, boolean warns, @TempDir Path folder) {
    TestCertificate.validFor(days).writeInto(folder);
    try (TestServer server =
        TestServer.start(
            Map.of(
                Setting.TLS_CERTIFICATE, folder.resolve("tls.crt").toString(),
                Setting.TLS_KEY, folder.resolve("tls.key").toString(),
                Setting.TLS_PLAIN_PORT, "0"))) {
      Tab tab = open(server);
      assertThat(tab.has("#certificate")).isEqualTo(warns);
      if (warns) {
        assertThat(tab.text("#certificate"))
            .startsWith("El certificado TLS caduca el ")
            .contains("tls.certificate");
      }
    }
  }

  @Test
  @Tag("long")
  void itWorksBelowAPath() {
    try (TestServer server = TestServer.start(Map.of(Setting.PATH_PREFIX, "/chat"))) {
      String address = code(server).replace("/admin#", "/chat/admin#");
      Tab tab = browser.open(URI.create(address));
      eventually(() -> assertThat(tab.has("#health.ready")).isTrue());
      assertThat(tab.run("return location.pathname")).isEqualTo("/chat/admin");
      assertThat(
              (Long)
                  tab.run(
                      "return performance.getEntriesByType('resource').filter(({ name }) =>"
                          + " !name.includes('/chat/')).length"))
          .as("what was not requested below the path")
          .isZero();
    }
  }

  @Test
  void aKeyOpensItUntilItIsRevoked() {
    try (TestServer server = TestServer.start(TestTokens.settings())) {
      Tab tab = browser.open(server.http("/admin"));
      eventually(() -> assertThat(tab.has("#key:focus")).isTrue());
      tab.press("wrong", Keys.ENTER);
      eventually(
          () -> assertThat(tab.text(".sign-in [role=alert]")).contains("ya no acepta la clave"));
      tab.write("#key", key(server, "reader", KeyScopes.Scope.READ));
      tab.press(Keys.ENTER);
      eventually(() -> assertThat(tab.text("main [role=alert]")).contains("el ámbito admin"));
      tab.click("#leave");
      eventually(() -> assertThat(tab.has("#key:focus")).isTrue());
      String key = key(server, "ops", KeyScopes.Scope.ADMIN);
      tab.press(key, Keys.ENTER);
      eventually(() -> assertThat(tab.has("#health.ready")).isTrue());
      assertThat(tab.text("main [role=alert]")).isEmpty();
      assertThat(tab.run("return location.href") + stored(tab)).doesNotContain(key);
      server.server().apiKeys().revoke("ops");
      eventually(
          () -> assertThat(tab.text(".sign-in [role=alert]")).contains("ya no acepta la clave"));
    }
  }

  private static String key(TestServer server, String name, KeyScopes.Scope scope) {
    ApiKey.Made made =
        ApiKey.make(name, new KeyScopes(Set.of(scope), KeyScopes.ALL_ROOMS), Instant.now(), null);
    assertThat(server.server().apiKeys().add(made.key())).isNull();
    return made.text();
  }

  @Test
  void theLastHourIsDrawnAndTold() {
    try (TestServer server = TestServer.start();
        FullPeer ana = FullPeer.hello(server, "ana", "'rooms':{'lobby':null}")) {
      addSamples(server);
      Tab tab = open(server);
      String chart = "hour-chart:first-of-type ";
      eventually(() -> assertThat(tab.has(chart + "path.line-0")).isTrue());
      assertThat(tab.run("return document.querySelectorAll('hour-chart svg[role=img]').length"))
          .isEqualTo(6L);
      assertThat(
              tab.run(
                  "return document.querySelector(arguments[0]).getAttribute('aria-label')",
                  chart + "svg[role=img]"))
          .asString()
          .contains("Conexiones: ahora 1; entre 1 y 1.", "Clientes: ahora 1");
      tab.click(chart + "summary");
      assertThat(
              (Long)
                  tab.run(
                      "return document.querySelectorAll('hour-chart:first-of-type tbody"
                          + " tr').length"))
          .isBetween(10L, 12L);
      assertThat(tab.count("#slowest ~ p, #slowest ~ table")).isOne();
      ana.ask("'type':'ping'");
    }
  }

  @Test
  void aClientIsFoundAndItIsToldWhyItWasNotNotified() {
    try (TestServer server = TestServer.start();
        FullPeer ana = FullPeer.hello(server, "ana", "'device':'phone','rooms':{'lobby':null}")) {
      ana.ask("'type':'chat','room':'lobby','message':'hola'");
      Tab tab = open(server);
      show(tab, "clients", ".found li");
      tab.type("#prefix", "an");
      eventually(() -> assertThat(tab.text(".found li")).contains("ana", "conectado"));
      tab.click(".found a");
      eventually(() -> assertThat(tab.has("#test")).isTrue());
      assertThat(tab.text("main")).contains("lobby", "full");
      tab.click("#test");
      eventually(() -> assertThat(tab.text(".ledger .why")).contains("ana"));
      assertThat(tab.text(".done")).contains("notificación de prueba");
      assertThat(tab.text(".ledger .message")).isEqualTo("Notificación de prueba del operador");
      tab.click("#disconnect");
      eventually(() -> assertThat(tab.has("#question[open]")).isTrue());
      tab.click("#question .main");
      eventually(() -> assertThat(tab.text(".done")).contains("cerrado las conexiones"));
      server.awaitConnections(0);
      tab.click("main .actions button:last-child");
      eventually(() -> assertThat(tab.has("#disconnect:disabled")).isTrue());
      tab.click("#revoke");
      eventually(() -> assertThat(tab.has("#question[open]")).isTrue());
      tab.click("#question .main");
      eventually(() -> assertThat(tab.text(".done")).contains("revocado"));
      assertThat(server.server().revocations().all()).hasSize(1);
    }
  }

  @Test
  void aRoomIsShownWithItsRulesAndMessages() {
    try (TestServer server = TestServer.start();
        FullPeer ana = FullPeer.hello(server, "ana", "'rooms':{'lobby':null}")) {
      ana.ask("'type':'chat','room':'lobby','message':'buenos días'");
      Tab tab = open(server);
      show(tab, "rooms", ".found li");
      tab.type("#prefix", "lob");
      eventually(() -> assertThat(tab.text(".found li")).contains("lobby", "1 presentes"));
      tab.press(Keys.ENTER);
      eventually(() -> assertThat(tab.text(".messages .message")).isEqualTo("buenos días"));
      assertThat(tab.text("main")).contains("en disco", "sin límite", "Presentes (1)");
      tab.click(".names a");
      eventually(() -> assertThat(tab.text("h2.name")).isEqualTo("ana"));
    }
  }

  @Test
  void keysAreMadeAndRevoked() {
    try (TestServer server = TestServer.start()) {
      Tab tab = open(server);
      show(tab, "keys", "#key-name");
      tab.type("#key-name", "ci");
      tab.click("input[value=send]");
      tab.type("#key-rooms", "team.*");
      tab.press(Keys.ENTER);
      eventually(() -> assertThat(tab.text("#made-key")).startsWith("tk_"));
      eventually(() -> assertThat(tab.text(".keys li")).contains("ci", "send", "team.*"));
      tab.click(".made button");
      eventually(() -> assertThat(tab.has("#made-key")).isFalse());
      tab.type("#key-name", "ci");
      tab.click("input[value=send]");
      tab.click(".new-key .main");
      eventually(() -> assertThat(tab.text(".problem")).contains("ci"));
      tab.click(".keys button");
      eventually(() -> assertThat(tab.has("#question[open]")).isTrue());
      tab.click("#question .main");
      eventually(() -> assertThat(tab.has(".keys li")).isFalse());
      assertThat(tab.text(".problem")).isEmpty();
    }
  }

  @Test
  void aServerThatIsAwayIsToldAndTheNumbersStay() {
    TestServer server = TestServer.start();
    Tab tab = open(server);
    server.close();
    eventually(() -> assertThat(tab.text(".problem")).contains("no responde"));
    assertThat(tab.has("#health")).isTrue();
  }

  @Test
  @Tag("long")
  void aServerThatAnswersNoMoreIsToldAndSoIsItsReturn() throws IOException {
    try (TestServer server = TestServer.start();
        Gateway gateway = Gateway.to(server.port());
        ServerSocket silent = new ServerSocket(0, 100, InetAddress.getLoopbackAddress())) {
      String fragment = URI.create(code(server)).getFragment();
      Tab tab = browser.open(gateway.http("/empty"));
      tab.prepare(IMPATIENT);
      tab.go(gateway.http("/admin#" + fragment));
      eventually(() -> assertThat(tab.has("#health.ready")).isTrue());
      gateway.leadTo(silent.getLocalPort());
      gateway.fail(true);
      eventually(() -> assertThat(tab.text(".problem")).isNotEmpty());
      gateway.fail(false);
      eventually(() -> assertThat(tab.text(".problem")).contains("no responde"));
      gateway.leadTo(server.port());
      eventually(() -> assertThat(tab.text(".problem")).isEmpty());
    }
  }

  @Test
  void itIsSmall() {
    try (TestServer server = TestServer.start()) {
      Object sum =
          open(server)
              .run(
                  """
                  return ['navigation', 'resource']
                    .flatMap((type) => performance.getEntriesByType(type))
                    .filter(({ name }) => !name.includes('/api/'))
                    .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
                  """);
      assertThat((Long) sum).isBetween(LARGEST_PAGE / 2, LARGEST_PAGE);
      assertThat(browser.open(server.http("/service-worker.js")).text("body"))
          .as("the files of the page of the chat")
          .contains("/js/app.js")
          .doesNotContain("admin");
    }
  }

  @Test
  void axeFindsNothing() {
    axeFindsNothing(1280, 800);
  }

  @Test
  @Tag("long")
  void axeFindsNothingOnAPhone() {
    axeFindsNothing(390, 844);
  }

  private void axeFindsNothing(int width, int height) {
    try (TestServer server = TestServer.start();
        FullPeer ana = FullPeer.hello(server, "ana", "'device':'phone','rooms':{'lobby':null}")) {
      ana.ask("'type':'chat','room':'lobby','message':'buenos días'");
      addSamples(server);
      Tab tab = open(server);
      tab.resize(width, height, 1, width < 600);
      Axe axe = Axe.in(tab);
      eventually(() -> assertThat(tab.has("hour-chart path.line-0")).isTrue());
      List<String> found = new ArrayList<>();
      look(tab, axe, "overview", found);
      show(tab, "clients", ".found li");
      look(tab, axe, "clients", found);
      show(tab, "clients/ana", "#test");
      tab.click("#test");
      eventually(() -> assertThat(tab.has(".ledger li")).isTrue());
      look(tab, axe, "client", found);
      tab.click("#revoke");
      eventually(() -> assertThat(tab.has("#question[open]")).isTrue());
      look(tab, axe, "question", found);
      tab.press(Keys.ESCAPE);
      show(tab, "rooms", ".found li");
      look(tab, axe, "rooms", found);
      show(tab, "rooms/lobby", ".messages li");
      look(tab, axe, "room", found);
      show(tab, "keys", "#key-name");
      tab.type("#key-name", "ci");
      tab.click("input[value=send]");
      tab.press(Keys.ENTER);
      eventually(() -> assertThat(tab.has(".keys li")).isTrue());
      look(tab, axe, "keys", found);
      tab.click("#leave");
      eventually(() -> assertThat(tab.has("#key:focus")).isTrue());
      look(tab, axe, "signing in", found);
      assertThat(found).isEmpty();
    }
  }

  /// What axe finds in both themes, and what is wider than the window.
  private static void look(Tab tab, Axe axe, String what, List<String> found) {
    axe.findings("html").forEach(finding -> found.add(what + ": " + finding));
    for (Object wide :
        (List<?>)
            tab.run(
                """
                return [...document.querySelectorAll('body, body *')]
                  .filter((e) => e.checkVisibility() && !e.closest('.unseen') && e.getBoundingClientRect().right > innerWidth + 0.5)
                  .map((e) => e.tagName + '.' + e.className)
                """)) {
      found.add(what + ": wider than the window: " + wide);
    }
  }
}
