package dev.tertulia.server.browser;

import static dev.tertulia.server.browser.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.TestServer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;

/// What the page says about its connection: that it is lost, that the server has ended it and why,
/// that a token is wanted, that what waits won't survive.
@Tag("system")
final class StatePageTest {
  @RegisterExtension static final Browser browser = Browser.withServiceWorkers("es");

  @Test
  void aBarSaysThatTheConnectionIsLostAndWhenItIsTriedAgain() {
    int port;
    PageTab ana;
    try (TestServer server = TestServer.start()) {
      port = server.port();
      ana = PageTab.open(browser, server, "Ana");
      assertThat(ana.tab().has("#notice")).isFalse();
    }
    eventually(() -> assertThat(ana.tab().text("#notice")).startsWith("Sin conexión."));
    assertThat(ana.tab().text("#state")).isIn("Sin conexión", "Conectando…");
    eventually(
        () -> assertThat(ana.tab().text("#notice .left")).matches("Próximo intento en \\d+ s\\."));
    assertThat(ana.tab().run("return document.querySelector('#notice').closest('[role]').role"))
        .as("a screen reader hears of it")
        .isEqualTo("status");
    ana.say("sin conexión");
    ana.say("todavía");
    eventually(() -> assertThat(ana.tab().text("#notice")).contains("2 mensajes pendientes"));

    try (TestServer again = TestServer.start(Map.of(Setting.PORT, Integer.toString(port)))) {
      ana.tab().perform("document.querySelector('#retry')?.click()");
      ana.awaitPhase("online");
      ana.awaitSaid("chat Ana: todavía");
      eventually(() -> assertThat(ana.tab().has("#notice")).isFalse());
      eventually(() -> assertThat(ana.tab().text("#state")).isEqualTo("Conectado"));
      again.awaitConnections(1);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "4501; disconnected; Un operador ha cerrado esta conexión.",
        "4502; too_many_connections; Este cliente tiene demasiadas conexiones abiertas.",
        "4777; who knows; El servidor ha pedido que esta página no vuelva a conectar.",
        "1009; ; El servidor ha rechazado un mensaje demasiado grande.",
      })
  void aServerThatEndsItIsExplained(int code, String reason, String said) {
    try (TestServer server = TestServer.start();
        ClosedDoor door = ClosedDoor.before(server.port(), code, reason == null ? "" : reason)) {
      PageTab page = new PageTab(browser.open(door.http("/")));
      page.awaitPhase("stopped");
      eventually(() -> assertThat(page.tab().text("#notice.stopped > span")).isEqualTo(said));
      assertThat(page.tab().has("#token-form")).isFalse();
      eventually(() -> assertThat(page.tab().text("#state")).isEqualTo("Desconectado"));

      page.tab().click("#retry");
      eventually(() -> assertThat(door.heard()).as("connected again").hasSize(2));
    }
  }

  @Test
  void aTokenIsAskedForWhereTheServerWantsOne() {
    try (TestServer server = TestServer.start();
        ClosedDoor door = ClosedDoor.before(server.port(), 4500, "unauthorized")) {
      PageTab page = new PageTab(browser.open(door.http("/")));
      page.awaitPhase("stopped");
      eventually(() ->
          assertThat(page.tab().text("#notice"))
              .contains("El servidor no autoriza a este cliente."));
      eventually(() -> assertThat(page.tab().text("#token-hint")).contains("pide un token"));
      assertThat(page.tab().run("return document.querySelector('#token').labels[0].textContent"))
          .isEqualTo("Token");
      assertThat(door.heard().getFirst()).startsWith("/ws/tab-").doesNotContain("token");
      assertThat((List<?>) page.tab().runFile("low-contrast.js")).isEmpty();

      page.tab().type("#token", " s.e.c ", Keys.ENTER);
      eventually(() -> assertThat(door.heard()).hasSize(2));
      assertThat(door.heard().getLast()).startsWith("/ws {").contains("\"token\":\"s.e.c\"");

      page.awaitPhase("stopped");
      eventually(() -> assertThat(page.tab().has("#token-form")).as("it may be wrong").isTrue());
      assertThat(page.tab().run("return location.href + document.title + document.body.innerText"))
          .asString()
          .doesNotContain("s.e.c");

      page.tab().perform("document.querySelector('#me').click()");
      eventually(() -> assertThat(page.tab().has("#settings[open]")).isTrue());
      page.tab().click("#forget-token");
      eventually(() -> assertThat(door.heard()).hasSize(3));
      assertThat(door.heard().getLast()).startsWith("/ws/tab-").doesNotContain("token");
    }
  }

  @Test
  void whereStorageIsDeniedItWorksAndSaysWhatWouldBeLost() {
    int port;
    try (Browser forgetful = Browser.withoutStorage()) {
      PageTab ana;
      try (TestServer server = TestServer.start()) {
        port = server.port();
        ana = PageTab.open(forgetful, server, "Ana");
        ana.say("hola");
        ana.awaitSaid("chat Ana: hola");
        assertThat(forgetful.complaints()).isEmpty();
      }
      eventually(() -> assertThat(ana.tab().has("#notice")).isTrue());
      ana.say("pendiente");
      eventually(() ->
          assertThat(ana.tab().text("#notice"))
              .contains("1 mensaje pendiente")
              .contains("si cierras la página, se pierde"));
      try (TestServer again = TestServer.start(Map.of(Setting.PORT, Integer.toString(port)))) {
        ana.awaitPhase("online");
        ana.awaitSaid("chat Ana: pendiente");
        again.awaitConnections(1);
      }
    }
  }
}
