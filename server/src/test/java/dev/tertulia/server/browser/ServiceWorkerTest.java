package dev.tertulia.server.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.TestServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The service worker of the page: what it shows without a server, and how a new version comes.
@Tag("system")
final class ServiceWorkerTest {
  /// The page is as it is, but for a file that it imports late, which has the version in it.
  private static final String LATE = "./late.js";

  @TempDir private Path folder;

  private Path web;
  private TestServer server;
  private Gateway gateway;
  private Browser browser;

  @BeforeEach
  void start() throws IOException {
    web = folder.resolve("web");
    copy(Path.of("../web"), web);
    Path app = web.resolve("js/app.js");
    Files.writeString(
        app,
        """
        %s
        Object.assign(window, { updates, changes: 0, waiting: 0 });
        window.late = () => import('%s');
        navigator.serviceWorker.addEventListener('controllerchange', () => window.changes++);
        updates.addEventListener('waiting', () => window.waiting++);
        """
            .formatted(Files.readString(app), LATE));
    version(1);
    server = TestServer.showing(web);
    gateway = Gateway.to(server.port()).withWebSocket();
    browser = Browser.withServiceWorkers("es");
  }

  @AfterEach
  void stop() {
    browser.close();
    gateway.close();
    server.close();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  /// Changes a file of the page.
  private void version(int number) throws IOException {
    Files.writeString(web.resolve("js/late.js"), "export const version = " + number + ";\n");
  }

  private URI page() {
    return gateway.http("/");
  }

  private Tab open() {
    Tab tab = browser.open(page());
    awaitStart(tab);
    return tab;
  }

  private static void awaitStart(Tab tab) {
    Tab.patiently().until(() -> tab.run("return Boolean(window.updates)").equals(true));
  }

  /// Opens the page and reloads it, so that the worker is in charge of it.
  private Tab openInCharge() {
    Tab tab = open();
    Tab.patiently()
        .until(() ->
            tab.run(
                    "return navigator.serviceWorker.getRegistration()"
                        + ".then((found) => Boolean(found?.active && !found.installing))")
                .equals(true));
    reload(tab);
    return tab;
  }

  private static void reload(Tab tab) {
    tab.reload();
    assertThat(tab.run("return Boolean(navigator.serviceWorker.controller)")).isEqualTo(true);
    awaitStart(tab);
  }

  /// The version of the file that the page imports late.
  private static Object late(Tab tab) {
    return tab.run("return late().then(({ version }) => version)");
  }

  private static void update(Tab tab) {
    tab.perform("navigator.serviceWorker.getRegistration().then((found) => found.update())");
  }

  private static void awaitWaiting(Tab tab) {
    Tab.patiently()
        .until(() ->
            tab.run(
                    "return document.querySelector('#update')"
                        + "?.checkVisibility({ visibilityProperty: true }) === true")
                .equals(true));
  }

  /// Takes the new version, as the page offers it: the page is loaded again.
  private static void apply(Tab tab) {
    tab.perform("window.before = true");
    tab.click("#update");
    Tab.patiently().until(() -> tab.run("return window.before === undefined").equals(true));
    Tab.patiently().until(() -> tab.run("return document.readyState").equals("complete"));
    awaitStart(tab);
  }

  private static List<?> caches(Tab tab) {
    return (List<?>)
        tab.run(
            "return caches.keys()"
                + ".then((names) => names.filter((name) => name.startsWith('tertulia-shell')))");
  }

  @Test
  void thePageLoadsWithoutTheServer() {
    Tab tab = openInCharge();
    gateway.close();
    tab.reload();
    Tab.eventually(() -> assertThat(tab.has("#message")).isTrue());
    assertThat(tab.text("h1")).isEqualTo("Notificaciones en Tiempo Real");
    assertThat(late(tab)).isEqualTo(1L);
    assertThat(tab.style("h1", "font-family")).contains("serif");
  }

  @Test
  void aNewVersionIsShownOnAClick() throws IOException {
    Tab tab = openInCharge();
    tab.write("#message", "typed");
    version(2);
    update(tab);
    awaitWaiting(tab);
    // Nothing happens by itself: the page is as it was, and gets what belongs to it.
    assertThat(tab.run("return document.querySelector('#message').value")).isEqualTo("typed");
    assertThat(late(tab)).isEqualTo(1L);
    assertThat(tab.run("return window.waiting")).isEqualTo(1L);
    apply(tab);
    assertThat(late(tab)).isEqualTo(2L);
    Tab.eventually(() ->
        assertThat(tab.run("return document.querySelector('#message')?.value")).isEqualTo("typed"));
    assertThat(caches(tab)).hasSizeBetween(1, 2);
    // It is the new one without the server, too.
    gateway.close();
    tab.reload();
    assertThat(late(tab)).isEqualTo(2L);
  }

  @Test
  @Tag("long")
  void anOpenPageSurvivesTwoUpdates() throws IOException {
    Tab old = openInCharge();
    Tab other = openInCharge();
    for (int number = 2; number <= 3; number++) {
      version(number);
      update(other);
      awaitWaiting(other);
      apply(other);
      assertThat(late(other)).isEqualTo((long) number);
    }
    assertThat(old.run("return Boolean(window.updates)")).isEqualTo(true);
    assertThat(late(old)).isEqualTo(1L);
    assertThat(old.run("return fetch('/static/js/late.js').then((found) => found.text())"))
        .isEqualTo("export const version = 1;\n");
    // It goes on where the others are, on its own click.
    apply(old);
    assertThat(late(old)).isEqualTo(3L);
  }

  /// The worker of the old version does not keep the page at it.
  @Test
  @Tag("long")
  void aPageThatIsLoadedAfterAnUpdateIsTheNewOne() throws IOException {
    Tab tab = openInCharge();
    version(2);
    reload(tab);
    assertThat(late(tab)).isEqualTo(2L);
    // It has nothing to show, so the new worker takes over, and no page is loaded again.
    Tab.patiently().until(() -> tab.run("return window.changes").equals(1L));
    assertThat(late(tab)).isEqualTo(2L);
    assertThat(tab.run("return updates.isWaiting")).isEqualTo(false);
    assertThat(tab.has("#update")).isFalse();
    gateway.close();
    tab.reload();
    assertThat(late(tab)).isEqualTo(2L);
  }

  @Test
  void theWorkerAnswersNothingElse() {
    Tab tab = openInCharge();
    gateway.fail(true);
    tab.reload();
    Tab.eventually(() -> assertThat(tab.has("#message")).isTrue());
    for (String path : List.of("/api/v1/rooms", "/api/v1/stream?client=ana", "/health/live")) {
      assertThat(tab.run("return fetch('%s').then(({ status }) => status)".formatted(path)))
          .as(path)
          .isEqualTo(503L);
    }
    assertThat(tab.run("return fetch('/', { method: 'POST' }).then(({ status }) => status)"))
        .isEqualTo(503L);
    gateway.fail(false);
    assertThat(tab.run("return fetch('/api/v1/rooms').then(({ status }) => status)"))
        .isEqualTo(200L);
    // Another page of this server is not one of its own.
    tab.go(gateway.http("/static/base.html"));
    assertThat(tab.text("title")).isNotEmpty();
    gateway.fail(true);
    assertThat(tab.run("return fetch('/static/js/app.js').then(({ status }) => status)"))
        .isEqualTo(503L);
  }
}
