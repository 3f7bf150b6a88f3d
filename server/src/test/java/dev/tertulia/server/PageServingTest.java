package dev.tertulia.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.testing.Json;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.TestServer;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How the page's files are served.
final class PageServingTest {
  /// What a page, a style sheet or a module refers to.
  private static final Pattern REFERENCE =
      Pattern.compile(
          "(?:href=|src=|url\\(|from\\s*|import\\s*\\(?\\s*)([\"'])((?:[/.]|static/)[^\"'#?]*)\\1");

  /// What a module imports at once.
  private static final Pattern IMPORT =
      Pattern.compile("(?:from|import)\\s*[\"']([/.][^\"']*)[\"']");

  private static final Pattern PRELOAD =
      Pattern.compile("<link rel=\"modulepreload\" href=\"([^\"]*)\">");

  private static final Path CLIENT = Path.of("..", "client-js");
  private static final List<String> CLIENT_MODULES =
      List.of("tertulia.js", "tertulia-http.js", "tertulia-more.js", "tertulia-view.js");
  private static final List<String> CLIENT_TYPES = List.of("tertulia.d.ts", "tertulia-view.d.ts");

  private static TestServer server;
  private static HttpClient http;

  @BeforeAll
  static void start() {
    server = TestServer.start();
    http = HttpClient.newHttpClient();
  }

  @AfterAll
  static void stop() {
    http.close();
    server.close();
  }

  /// A pattern that goes down a step for each would find no end of its stack.
  @Test
  void aPathOfAnyDepthIsAnswered() throws Exception {
    assertThat(get("/static" + "/a".repeat(2000)).statusCode()).isEqualTo(404);
    assertThat(get("/static/" + "a".repeat(4000)).statusCode()).isEqualTo(404);
    assertThat(server.server().guard().survived()).isZero();
  }

  @Test
  void thePageIsAtTheRoot() throws Exception {
    HttpResponse<byte[]> page = get("/");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(header(page, "Content-Type")).isEqualTo("text/html; charset=utf-8");
    assertThat(text(page)).contains("<h1>Notificaciones en Tiempo Real</h1>");
  }

  @Test
  void aCachedFileIsNotSentAgain() throws Exception {
    HttpResponse<byte[]> first = get("/static/js/app.js");
    String etag = header(first, "ETag");
    HttpResponse<byte[]> again = get("/static/js/app.js", "If-None-Match", etag);
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
    assertThat(header(again, "ETag")).isEqualTo(etag);
    assertThat(get("/static/js/app.js", "If-None-Match", "\"another\"").statusCode())
        .isEqualTo(200);
  }

  @Test
  void aFileIsCompressedForClientsThatAcceptIt() throws Exception {
    HttpResponse<byte[]> plain = get("/static/js/bell-panel.js");
    HttpResponse<byte[]> small =
        get("/static/js/bell-panel.js", "Accept-Encoding", "br, gzip;q=0.8");
    assertThat(plain.headers().firstValue("Content-Encoding")).isEmpty();
    assertThat(header(small, "Content-Encoding")).isEqualTo("gzip");
    assertThat(header(small, "Vary")).isEqualTo("Accept-Encoding");
    assertThat(small.body()).hasSizeLessThan(plain.body().length / 2);
    assertThat(header(small, "ETag")).isNotEqualTo(header(plain, "ETag"));
    try (var unpacked = new GZIPInputStream(new ByteArrayInputStream(small.body()))) {
      assertThat(unpacked.readAllBytes()).isEqualTo(plain.body());
    }
    assertThat(get("/static/js/bell-panel.js", "Accept-Encoding", "gzip;q=0").body())
        .isEqualTo(plain.body());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/", "/static/base.html", "/static/js/app.js", "/nothing", "/health/live"})
  void everyResponseHasTheSecurityHeaders(String path) throws Exception {
    HttpResponse<byte[]> answer = get(path);
    assertThat(header(answer, "Content-Security-Policy"))
        .contains("default-src 'none'", "connect-src 'self'", "frame-ancestors 'none'")
        .doesNotContain("unsafe-", "*");
    assertThat(header(answer, "X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(header(answer, "Referrer-Policy")).isEqualTo("no-referrer");
  }

  @Test
  void thePlainClientMayOnlyRunItsOwnScriptAndStyle() throws Exception {
    HttpResponse<byte[]> page = get("/static/base.html");
    assertThat(header(page, "Content-Security-Policy"))
        .contains("script-src 'self' '" + hash(text(page), "script") + "';")
        .contains("style-src 'self' '" + hash(text(page), "style") + "';");
    assertThat(header(get("/"), "Content-Security-Policy")).contains("script-src 'self';");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/nothing",
        "/static/",
        "/static/nothing.js",
        "/static/js",
        "/static/../pom.xml",
        "/static/%2e%2e/pom.xml",
        "/static/js/%2e%2e/index.html",
        "/static//index.html",
        "/static/.hidden.js",
        "/static/vendor/lit/package.json.js",
        "/static/vendor/unknown/index.js"
      })
  void aMissingFileIsAProblemDocument(String path) throws Exception {
    HttpResponse<byte[]> answer = get(path);
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(header(answer, "Content-Type")).isEqualTo("application/problem+json");
    assertThat(text(answer)).contains("\"status\":404", "\"code\":\"not_found\"");
  }

  @Test
  void headAnswersLikeGetWithoutABody() throws Exception {
    HttpResponse<byte[]> head = send("HEAD", "/");
    HttpResponse<byte[]> page = get("/");
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(header(head, "Content-Length")).isEqualTo(Integer.toString(page.body().length));
    assertThat(header(head, "ETag")).isEqualTo(header(page, "ETag"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
  void otherMethodsAreRefused(String method) throws Exception {
    HttpResponse<byte[]> answer = send(method, "/");
    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(header(answer, "Allow")).isEqualTo("GET, HEAD");
    assertThat(text(answer)).contains("\"status\":405");
  }

  @Test
  void everyFileThatThePageRefersToExists() throws Exception {
    URI root = server.http("/");
    Set<URI> seen = new HashSet<>();
    ArrayDeque<URI> toVisit = new ArrayDeque<>(Set.of(root));
    while (!toVisit.isEmpty()) {
      URI address = toVisit.remove();
      if (seen.add(address)) {
        HttpResponse<byte[]> file = get(address.getPath());
        assertThat(file.statusCode()).as(address.getPath()).isEqualTo(200);
        Matcher references = REFERENCE.matcher(text(file));
        while (references.find()) {
          String reference = references.group(2);
          toVisit.add((reference.startsWith("static/") ? root : address).resolve(reference));
        }
      }
    }
    assertThat(seen)
        .hasSizeGreaterThan(50)
        .contains(
            server.http("/static/vendor/lit-html/directives/repeat.js"),
            server.http("/static/vendor/@lit/reactive-element/css-tag.js"),
            server.http("/static/icons/tile.svg"),
            server.http("/static/base.html"));
  }

  /// Each icon of the manifest is what it says. Else the browser finds a module only after it has
  /// read the one that imports it.
  @ParameterizedTest
  @CsvSource({
    "/, /static/js/app.js",
    "/docs, /static/js/docs.js",
    "/admin, /static/js/admin/admin.js"
  })
  void aPageListsTheModulesThatItImports(String page, String first) throws Exception {
    Set<String> imported = new TreeSet<>(Set.of(first));
    ArrayDeque<String> unread = new ArrayDeque<>(imported);
    while (!unread.isEmpty()) {
      String address = unread.remove();
      Matcher imports = IMPORT.matcher(text(get(address)));
      while (imports.find()) {
        String module = URI.create(address).resolve(imports.group(1)).getPath();
        if (imported.add(module)) {
          unread.add(module);
        }
      }
    }
    List<String> listed =
        PRELOAD
            .matcher(text(get(page)))
            .results()
            .map(found -> URI.create(page).resolve(found.group(1)).getPath())
            .sorted()
            .toList();
    assertThat(listed).containsExactlyElementsOf(imported);
  }

  @Test
  void thePageCanBeInstalled() throws Exception {
    HttpResponse<byte[]> manifest = get("/static/manifest.webmanifest");
    assertThat(header(manifest, "Content-Type")).isEqualTo("application/manifest+json");
    Json told = Json.parse(text(manifest));
    URI at = manifest.uri();
    assertThat(at.resolve(told.text("start_url")).getPath()).isEqualTo("/");
    assertThat(at.resolve(told.text("scope")).getPath()).isEqualTo("/");
    assertThat(told.text("display")).isEqualTo("standalone");
    Set<String> sizes = new HashSet<>();
    for (Json icon : told.objects("icons")) {
      HttpResponse<byte[]> file = get(at.resolve(icon.text("src")).getPath());
      assertThat(header(file, "Content-Type")).isEqualTo(icon.text("type"));
      if (icon.text("type").equals("image/png")) {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(file.body()));
        assertThat(icon.text("sizes")).isEqualTo(image.getWidth() + "x" + image.getHeight());
        sizes.add(icon.text("sizes") + (icon.has("purpose") ? " maskable" : ""));
      }
    }
    assertThat(sizes)
        .containsExactlyInAnyOrder("192x192", "512x512", "192x192 maskable", "512x512 maskable");
  }

  /// The list has everything that the page refers to, as it is served, and is of the version that
  /// comes with the page.
  @Test
  void theServiceWorkerKnowsAllFilesOfThePage() throws Exception {
    HttpResponse<byte[]> worker = get("/service-worker.js");
    assertThat(worker.statusCode()).isEqualTo(200);
    assertThat(header(worker, "Content-Type")).isEqualTo("text/javascript; charset=utf-8");
    assertThat(worker.headers().firstValue("Service-Worker-Allowed"))
        .as("its scope is the path of this server")
        .isEmpty();
    assertThat(header(worker, "Cache-Control")).isEqualTo("no-cache");
    assertThat(header(worker, "Content-Security-Policy")).contains("worker-src 'self'");
    assertThat(text(worker)).contains("addEventListener('fetch'");
    Json shell =
        Json.parse(text(worker).lines().findFirst().orElseThrow().replaceAll("^[^{]*|;$", ""));
    assertThat(shell.text("version")).isEqualTo(header(get("/"), "Shell-Version"));
    Map<String, ?> files = requireNonNull((Json) shell.fields().get("files")).fields();
    assertThat(files.keySet())
        .contains(
            "./",
            "static/js/app.js",
            "static/css/theme.css",
            "static/icons/tile.svg",
            "static/icons/icon-192.png",
            "static/manifest.webmanifest",
            "static/vendor/lit-html/directives/repeat.js")
        .doesNotContain("static/base.html", "static/js/docs.js");
    URI root = server.http("/");
    for (Map.Entry<String, ?> file : files.entrySet()) {
      assertThat(header(get(root.resolve(file.getKey()).getPath()), "ETag"))
          .as(file.getKey())
          .isEqualTo("\"" + file.getValue() + "\"");
    }
    // Nothing of what makes it work without a server is left out.
    for (String address : files.keySet()) {
      URI file = root.resolve(address);
      Matcher references = REFERENCE.matcher(text(get(file.getPath())));
      while (references.find()) {
        URI base = references.group(2).startsWith("static/") ? root : file;
        String reference = base.resolve(references.group(2)).getPath();
        if (reference.startsWith("/static/") && !reference.endsWith(".html")) {
          assertThat(files).as("what %s refers to", address).containsKey(reference.substring(1));
        }
      }
    }
    String etag = header(worker, "ETag");
    assertThat(get("/service-worker.js", "If-None-Match", etag).statusCode()).isEqualTo(304);
  }

  @Test
  void theClientIsServedWithItsTypes() throws Exception {
    for (String name : CLIENT_MODULES) {
      HttpResponse<byte[]> module = get("/static/" + name);
      assertThat(module.statusCode()).as(name).isEqualTo(200);
      assertThat(header(module, "Content-Type")).isEqualTo("text/javascript; charset=utf-8");
      assertThat(text(module)).isEqualTo(Files.readString(CLIENT.resolve("dist", name)));
    }
    for (String name : CLIENT_TYPES) {
      HttpResponse<byte[]> types = get("/static/" + name);
      assertThat(header(types, "Content-Type")).isEqualTo("text/plain; charset=utf-8");
      assertThat(text(types)).isEqualTo(Files.readString(CLIENT.resolve(name)));
    }
  }

  /// A browser reads a module of another origin only if the answer allows it, also one that says
  /// that nothing has changed.
  @Test
  void theClientMayBeImportedByPagesOfListedOrigins() throws Exception {
    String listed = "https://chat.example.org";
    try (TestServer open = TestServer.start(Map.of(Setting.ORIGINS, listed))) {
      String etag = header(getFrom(open, "Accept", "*/*"), "ETag");
      for (HttpResponse<byte[]> answer :
          List.of(
              getFrom(open, "Origin", listed, "Sec-Fetch-Site", "cross-site"),
              getFrom(open, "Origin", listed, "If-None-Match", etag))) {
        assertThat(answer.statusCode()).isIn(200, 304);
        assertThat(header(answer, "Access-Control-Allow-Origin")).isEqualTo(listed);
        assertThat(header(answer, "Vary")).isEqualTo("Accept-Encoding, Origin");
      }
      HttpResponse<byte[]> refused = getFrom(open, "Origin", "https://evil.example");
      assertThat(refused.statusCode()).isEqualTo(403);
      assertThat(refused.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
      assertThat(getFrom(open, "Accept", "*/*").headers().firstValue("Access-Control-Allow-Origin"))
          .isEmpty();
    }
  }

  private static HttpResponse<byte[]> getFrom(TestServer open, String... headers) throws Exception {
    return http.send(
        HttpRequest.newBuilder(open.http("/static/tertulia.js")).headers(headers).build(),
        BodyHandlers.ofByteArray());
  }

  @Test
  void noModuleImportsABareSpecifier() throws Exception {
    Pattern bare = Pattern.compile("(?:from|import)\\s*\\(?\\s*[\"'](?![./])[^\"']*[\"']");
    for (String path : new String[] {"/static/js/message-list.js", "/static/vendor/lit/index.js"}) {
      assertThat(text(get(path))).doesNotContainPattern(bare).contains("../vendor/");
    }
  }

  @Test
  void aRequestThatArrivesInPiecesIsAnswered() {
    String small = "HEAD / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    String large =
        "HEAD / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Padding: " + "x".repeat(4000) + "\r\n\r\n";
    try (RawSocket socket = RawSocket.open(server)) {
      for (int i = 0; i < 40; i++) {
        socket.send(i % 8 == 7 ? large : small);
        assertThat(socket.head()).as("answer " + i).startsWith("HTTP/1.1 200 OK\r\n");
      }
    }
  }

  private static String hash(String page, String element) throws GeneralSecurityException {
    String opening = "<" + element + ">";
    String inside =
        page.substring(
            page.indexOf(opening) + opening.length(), page.indexOf("</" + element + ">"));
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(inside.getBytes(UTF_8));
    return "sha256-" + Base64.getEncoder().encodeToString(digest);
  }

  private static HttpResponse<byte[]> get(String path, String... headers) throws Exception {
    return send("GET", path, headers);
  }

  private static HttpResponse<byte[]> send(String method, String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.http(path)).method(method, BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofByteArray());
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  private static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), UTF_8);
  }
}
