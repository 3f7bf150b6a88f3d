package dev.tertulia.server.badinput;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.Rfc7692;
import dev.tertulia.server.testing.WithBystander;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Malformed HTTP requests, requests that are too large or ask for something that does not exist,
/// and valid requests that look unusual.
final class BadRequestsTest extends WithBystander {
  private static final String KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  private static final String VERSION = "Sec-WebSocket-Version: 13\r\n";
  private static final String UPGRADE = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
  private static final String HOST = "Host: localhost\r\n";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hola\r\n\r\n",
        "GET\r\n\r\n",
        "GET /\r\n\r\n",
        "GET / HTTP/1.1 x\r\n\r\n",
        "GET / FTP/1.1\r\n\r\n",
        "\0\1\2\3\r\n\r\n",
        "SSH-2.0-OpenSSH_10.0\r\n",
        "*1\r\n$4\r\nPING\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET / HTTP/1.1\r\nHost\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : localhost\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nX y: b\r\n\r\n",
        "GET / HTTP/1.1\r\n Host: localhost\r\n\r\n"
      })
  void aMalformedRequest(String request) {
    assertAnswer(request, 400);
  }

  @ParameterizedTest
  @CsvSource({
    "'GET / FTP/1.1\r\n\r\n',                                  version",
    "'GET / HTTP/1.1\r\nHost : localhost\r\n\r\n',             header",
    "'GET / HTTP/1.1\r\nHost: a\r\nX y: b\r\n\r\n',            header",
    "'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n', Content-Length",
  })
  void theErrorNamesWhatIsMalformed(String request, String cause) {
    RawSocket socket = open();
    socket.send(request.getBytes(StandardCharsets.ISO_8859_1));
    assertThat(socket.untilEnd())
        .startsWith("HTTP/1.1 400 ")
        .containsPattern("\"detail\":\"Malformed HTTP request: [^\"]*(?i:%s)".formatted(cause));
  }

  /// What the decoder says may quote the request, and is bounded and escaped.
  @Test
  void aLongMalformedRequestIsNotEchoed() {
    RawSocket socket = open();
    socket.send(
        ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: " + "x".repeat(5000) + "\r\n\r\n")
            .getBytes(StandardCharsets.ISO_8859_1));
    assertThat(socket.untilEnd())
        .startsWith("HTTP/1.1 400 ")
        .contains("Malformed HTTP request: ")
        .doesNotContain("x".repeat(201));
  }

  @Test
  void aTlsClientHello() {
    RawSocket socket = open();
    socket.send(HexFormat.of().parseHex("160301000a010000060303000a000a0d0a0d0a"));
    assertThat(socket.untilEnd()).startsWith("HTTP/1.1 400 ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/..",
        "/../",
        "/../../etc/passwd",
        "/static/../../pom.xml",
        "/static/..",
        "/static/%2e%2e/%2e%2e/pom.xml",
        "/static/..%2f..%2fpom.xml",
        "/static/..%5c..%5cpom.xml",
        "/static/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/static//etc/passwd",
        "/static/%00",
        "/static/index.html%00.js",
        "/static/.hidden",
        "/%2e%2e/%2e%2e/etc/passwd"
      })
  void aPathWithTwoDots(String path) {
    assertAnswer("GET " + path + " HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n", 404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "%2e%2e",
        "a%20b",
        "a/b",
        "a%2Fb",
        "%25",
        "%C3%A9",
        "%E9",
        "%00",
        "a%0Ab",
        "a%0D%0AX:y",
        "%1b%5B31m",
        "a%7f",
        "%EF%BC%A1",
        "a,b",
        "a;b",
        "a%22",
        "%3Ca%3E",
        "a!",
        "a*",
        "a$",
        "a&b",
        "a'b",
        "(a)",
        "a%23",
        "a%3F",
        "a%5C",
        "a%5Bb%5D",
        "%7Ba%7D",
        "a%5E",
        "a%60"
      })
  void anIdentifierWithAForbiddenCharacter(String id) {
    assertThat(assertAnswer(RawSocket.handshake(id, server.port()), 400)).contains("client id");
  }

  @ParameterizedTest
  @ValueSource(strings = {"~erased", "%7Elost", "~api", "%7E", "~ana"})
  void aReservedIdentifier(String id) {
    assertThat(assertAnswer(RawSocket.handshake(id, server.port()), 400))
        .contains("reserved", "'" + id.replace("%7E", "~") + "'");
  }

  @Test
  void anIdentifierInRawBytes() {
    assertAnswer(RawSocket.handshake("é", server.port()), 400);
    assertAnswer(RawSocket.handshake("a b", server.port()), 400);
    assertAnswer(RawSocket.handshake("a\0b", server.port()), 400);
  }

  @Test
  void anIdentifierOfMoreThan128Characters() {
    assertAnswer(RawSocket.handshake("x".repeat(129), server.port()), 400);
    webSocket("x".repeat(128)).sendText("{\"type\":\"chat\",\"message\":\"m\"}");
    assertThat(bystander.hears()).contains("\"client\":\"" + "x".repeat(128) + '"');
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "azAZ09 azAZ09",
        "_-.:@=+|~ _-.:@=+|~",
        "%5F%2D%2E%3A%40%3D%2B%7C%7E _-.:@=+|~",
        "... ...",
        "%61na ana"
      },
      delimiter = ' ')
  void everyAllowedCharacterOfAnIdentifier(String inPath, String id) {
    webSocket(inPath).sendText("{\"type\":\"chat\",\"message\":\"m\"}");
    assertThat(bystander.hears()).contains("\"client\":\"" + id + '"');
  }

  @ParameterizedTest
  @ValueSource(strings = {"/%", "/%4", "/%zz", "/ws/%", "/ws/a%G0", "/static/%u0041"})
  void badPercentEncoding(String path) {
    assertThat(assertAnswer("GET " + path + " HTTP/1.1\r\n" + HOST + "\r\n", 400)).contains("'%'");
  }

  /// What an address says is there as it stands: only the names in it may be percent-encoded.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/%61pi/v1/rooms",
        "/api/v1/%72ooms",
        "/api%2Fv1/rooms",
        "/%77s/ana",
        "/ws%2Fana",
        "/ws%2fana",
        "/health%2Flive",
        "/health/liv%65",
        "/d%6Fcs",
        "/static%2Fjs/app.js",
        "/static/js%2Fapp.js",
        "/static/js/%61pp.js",
        "/%2F",
        "//",
        "//health/live",
        "/health//live",
        "/health/live/"
      })
  void aPathThatIsNotNormalized(String path) {
    assertAnswer("GET " + path + " HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n", 404);
    String handshake =
        RawSocket.handshake("ana", server.port())
            .replace("/ws/ana", path)
            .replace("Connection: Upgrade", "Connection: Upgrade, close");
    assertThat(answer(handshake)).startsWith("HTTP/1.1 404 ");
  }

  @ParameterizedTest
  @CsvSource({
    "Origin, http://localhost",
    "Authorization, Bearer x",
    "Idempotency-Key, k",
    "Last-Event-ID, r/k:1",
    "Content-Type, text/plain",
    "Sec-Fetch-Site, same-origin",
    "Sec-Fetch-Mode, cors",
    "Access-Control-Request-Method, GET"
  })
  void aDuplicateHeaderField(String name, String value) {
    String twice = (name + ": " + value + "\r\n").repeat(2);
    assertThat(assertAnswer("GET /health/live HTTP/1.1\r\n" + HOST + twice + "\r\n", 400))
        .contains(name);
    String lower = twice.replaceFirst(name, name.toLowerCase(Locale.ROOT));
    assertThat(answer(RawSocket.handshake("ana", server.port(), lower)))
        .startsWith("HTTP/1.1 400 ")
        .contains(name);
  }

  @Test
  void anUnknownTransferCoding() {
    String post = "POST /api/v1/broadcasts HTTP/1.1\r\n" + HOST + "Content-Type: text/plain\r\n";
    String body = "\r\n1\r\nx\r\n0\r\n\r\n";
    assertAnswer(post + "Transfer-Encoding: gzip, chunked\r\n" + body, 501);
    assertAnswer(post + "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n" + body, 501);
    assertAnswer(post + "Transfer-Encoding: Deflate,CHUNKED\r\n" + body, 501);
    assertAnswer(post + "Transfer-Encoding: chunked, chunked\r\n" + body, 400);
    assertAnswer(post + "Transfer-Encoding: chunked, gzip, chunked\r\n" + body, 400);
    assertAnswer(
        post.replace("HTTP/1.1", "HTTP/1.0") + "Transfer-Encoding: chunked\r\n" + body, 400);
    assertAnswer(
        post + "Content-Encoding: gzip\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx", 415);
  }

  @Test
  void headersOfMoreThan16KiB() {
    String request = "GET / HTTP/1.1\r\n" + HOST + "X: " + "x".repeat(16 << 10) + "\r\n\r\n";
    assertAnswer(request, 431);
    String many = ("X: " + "x".repeat(1000) + "\r\n").repeat(17);
    assertAnswer("GET / HTTP/1.1\r\n" + HOST + many + "\r\n", 431);
    assertAnswer("GET / HTTP/1.1\r\n" + HOST + "X: " + "x".repeat(2 << 20), 431);
  }

  @Test
  void moreThan100Headers() {
    assertAnswer("GET /health/live HTTP/1.1\r\n" + HOST + "X: y\r\n".repeat(100) + "\r\n", 431);
    assertAnswer(
        "GET /health/live HTTP/1.1\r\n"
            + HOST
            + "Connection: close\r\n"
            + "X: y\r\n".repeat(98)
            + "\r\n",
        200);
  }

  @Test
  void anAddressOfMoreThan16KiB() {
    assertAnswer("GET /" + "x".repeat(16_384) + " HTTP/1.1\r\n" + HOST + "\r\n", 414);
    assertAnswer(
        "GET /" + "x".repeat(16_383) + " HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n", 404);
    assertAnswer("x".repeat(100_000), 414);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Sec-WebSocket-Key:\r\n",
        "Sec-WebSocket-Key: x\r\n",
        "Sec-WebSocket-Key: !!!!\r\n",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZQ==\r\n",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ\r\n",
        KEY + KEY
      })
  void aMissingOrInvalidKey(String key) {
    String request = "GET /ws/ana HTTP/1.1\r\n" + HOST + UPGRADE + VERSION + key + "\r\n";
    assertThat(assertAnswer(request, 400)).contains("Sec-WebSocket-Key");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Sec-WebSocket-Version: 8\r\n",
        "Sec-WebSocket-Version: 13, 8\r\n",
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Version: 13\r\n",
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Version: 8\r\n",
        "Sec-WebSocket-Version: x\r\n"
      })
  void anUnsupportedWebSocketVersion(String version) {
    String request = "GET /ws/ana HTTP/1.1\r\n" + HOST + UPGRADE + KEY + version + "\r\n";
    assertThat(assertAnswer(request, 426))
        .containsIgnoringCase("\r\nSec-WebSocket-Version: 13\r\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Connection: Upgrade\r\n",
        "Upgrade: websocket\r\n",
        "Upgrade: h2c\r\nConnection: Upgrade\r\n",
        "Upgrade: websocket\r\nConnection: close\r\n"
      })
  void aRequestWithoutAWebSocketUpgrade(String upgrade) {
    String request = "GET /ws/ana HTTP/1.1\r\n" + HOST + upgrade + KEY + VERSION + "\r\n";
    assertThat(assertAnswer(request, 426)).containsIgnoringCase("\r\nUpgrade: websocket\r\n");
  }

  @Test
  void aHandshakeInHttp10() {
    assertAnswer("GET /ws/ana HTTP/1.0\r\n" + HOST + UPGRADE + KEY + VERSION + "\r\n", 426);
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"})
  void aMethodThatIsNotAllowed(String method) {
    String rest = " HTTP/1.1\r\n" + HOST + "Connection: close\r\nContent-Length: 2\r\n\r\n{}";
    assertThat(assertAnswer(method + " /health/live" + rest, 405))
        .containsIgnoringCase("\r\nAllow: GET, HEAD\r\n");
    assertThat(assertAnswer(method + " /ws/ana" + rest, 405))
        .containsIgnoringCase("\r\nAllow: GET\r\n");
  }

  @Test
  void aMissingHost() {
    assertAnswer("GET / HTTP/1.1\r\n\r\n", 400);
    assertAnswer("GET / HTTP/1.0\r\n\r\n", 403);
  }

  @Test
  void twoHosts() {
    assertAnswer("GET / HTTP/1.1\r\n" + HOST + HOST + "\r\n", 400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*",
        "/#",
        "/health/live#x",
        "http://localhost/",
        "localhost:80",
        "?x",
        "http://evil.example/",
        "static/"
      })
  void aTargetThatIsNotAPath(String target) {
    assertAnswer("GET " + target + " HTTP/1.1\r\n" + HOST + "\r\n", 400);
  }

  @Test
  void anOversizedBody() {
    String head = "POST /health/live HTTP/1.1\r\n" + HOST;
    assertAnswer(head + "Content-Length: 524289\r\n\r\n", 413);
    assertAnswer(head + "Content-Length: 524289\r\nExpect: 100-continue\r\n\r\n", 413);
    assertAnswer(head + "Content-Length: 2000000\r\n\r\n" + "x".repeat(2_000_000), 413);
    String chunk = "1000\r\n" + "x".repeat(4096) + "\r\n";
    assertAnswer(head + "Transfer-Encoding: chunked\r\n\r\n" + chunk.repeat(140), 413);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: -1\r\n\r\n",
        "Content-Length: x\r\n\r\n",
        "Content-Length: +2\r\n\r\n{}",
        "Content-Length: 2, 3\r\n\r\n{}",
        "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        "Content-Length: 99999999999999999999\r\n\r\n",
        "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: x\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n2\r\n{}x\r\n0\r\n\r\n"
      })
  void aBodyWithAnAmbiguousLength(String rest) {
    assertAnswer("POST /health/live HTTP/1.1\r\n" + HOST + rest, 400);
  }

  @Test
  void aChunkedBody() {
    String chunked = "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
    assertAnswer("POST /health/live HTTP/1.1\r\n" + HOST + chunked, 405);
  }

  @Test
  void expectContinue() {
    RawSocket socket = open();
    socket.send(
        "POST /health/live HTTP/1.1\r\n"
            + HOST
            + "Expect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n");
    assertThat(socket.head()).startsWith("HTTP/1.1 100 ");
    socket.send("{}");
    assertThat(socket.untilEnd()).startsWith("HTTP/1.1 405 ");
    assertAnswer("GET / HTTP/1.1\r\n" + HOST + "Expect: coffee\r\nConnection: close\r\n\r\n", 200);
  }

  @Test
  void twoRequestsInOnePacket() {
    RawSocket socket = open();
    String first = "GET /health/live HTTP/1.1\r\n" + HOST + "\r\n";
    String second = "GET /nowhere HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n";
    socket.send(first + first + second);
    String all = socket.untilEnd();
    assertThat(all.split("HTTP/1.1 ", -1)).hasSize(4);
    assertThat(all.split("HTTP/1.1 200 ", -1)).hasSize(3);
    assertThat(all.substring(all.lastIndexOf("HTTP/1.1 "))).startsWith("HTTP/1.1 404 ");
  }

  @Test
  void inputAfterARefusedRequestIsIgnored() {
    RawSocket socket = open();
    String evil = "GET /health/live HTTP/1.1\r\nHost: evil.example\r\n\r\n";
    String good = "GET /health/live HTTP/1.1\r\n" + HOST + "\r\n";
    socket.send(evil + good + good);
    String all = socket.untilEnd();
    assertThat(all).startsWith("HTTP/1.1 403 ");
    assertThat(all.split("HTTP/1.1 ", -1)).hasSize(2);
  }

  @Test
  void framesInThePacketOfTheHandshakeAreRead() {
    RawSocket socket = open();
    byte[] handshake =
        RawSocket.handshake("eager", server.port()).getBytes(StandardCharsets.US_ASCII);
    byte[] frame =
        RawSocket.frame(
            0x81, "{\"type\":\"chat\",\"message\":\"m\"}".getBytes(StandardCharsets.UTF_8));
    socket.send(join(handshake, frame, frame));
    assertThat(bystander.hears()).contains("\"client\":\"eager\"");
    assertThat(bystander.hears()).contains("\"client\":\"eager\"");
    assertThat(socket.head()).startsWith("HTTP/1.1 101 ");
    assertThat(socket.read().text()).contains("\"client\":\"eager\"");
  }

  @Test
  void aHandshakePipelinedAfterARequest() {
    RawSocket socket = open();
    socket.send(
        "GET /health/live HTTP/1.1\r\n"
            + HOST
            + "\r\n"
            + RawSocket.handshake("second", server.port()));
    String first = socket.head();
    assertThat(first).startsWith("HTTP/1.1 200 ");
    assertThat(socket.head()).contains("HTTP/1.1 101 ");
    socket.sendText("{\"type\":\"chat\",\"message\":\"m\"}");
    assertThat(bystander.hears()).contains("\"client\":\"second\"");
  }

  @Test
  void requestsPipelinedAfterAPendingHandshake() {
    RawSocket socket = open();
    String plain = "GET /health/live HTTP/1.1\r\n" + HOST + "\r\n";
    socket.send(plain + RawSocket.handshake("hasty", server.port()) + plain);
    assertThat(socket.head()).startsWith("HTTP/1.1 200 ");
    assertThat(socket.untilEnd()).contains("HTTP/1.1 400 ").doesNotContain("HTTP/1.1 101 ");
  }

  @Test
  void aHandshakeSentByteByByte() {
    RawSocket socket = open();
    for (byte next :
        RawSocket.handshake("slow", server.port()).getBytes(StandardCharsets.US_ASCII)) {
      socket.send(new byte[] {next});
    }
    assertThat(socket.head()).startsWith("HTTP/1.1 101 ");
  }

  @Test
  void aHandshakeInTheFormThatFirefoxSends() {
    RawSocket socket = open();
    socket.send(
        RawSocket.handshake("firefox", server.port(), Rfc7692.offer("permessage-deflate"))
            .replace("Connection: Upgrade", "connection: keep-alive, Upgrade")
            .replace("Upgrade: websocket", "upgrade: WebSocket"));
    String head = socket.head();
    assertThat(head)
        .startsWith("HTTP/1.1 101 ")
        .containsIgnoringCase("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")
        .containsIgnoringCase("\r\nSec-WebSocket-Extensions: permessage-deflate;")
        .doesNotContainIgnoringCase("Sec-WebSocket-Protocol");
  }

  @Test
  void aRequestInHttp10() {
    assertAnswer("GET /health/live HTTP/1.0\r\n" + HOST + "\r\n", 200);
  }

  @Test
  void headGetsNoBody() {
    String answer =
        assertAnswer("HEAD /nowhere HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n", 404);
    assertThat(answer).endsWith("\r\n\r\n").doesNotContainIgnoringCase("Content-Length: 0\r\n");
  }

  @Test
  void aHalfClosedConnectionIsAnswered() {
    RawSocket socket = open();
    socket.send("GET /health/live HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n");
    socket.shutdownOutput();
    assertThat(socket.untilEnd()).startsWith("HTTP/1.1 200 ");
  }

  /// Sends `request` on a socket of its own, which the server answers and ends.
  private String assertAnswer(String request, int status) {
    RawSocket socket = open();
    socket.send(request);
    String answer = socket.untilEnd();
    assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
    if (status >= 400 && !request.startsWith("HEAD")) {
      assertThat(answer)
          .containsIgnoringCase("\r\nContent-Type: application/problem+json\r\n")
          .containsIgnoringCase("\r\nConnection: close\r\n")
          .contains("\"status\":" + status + ",");
    }
    return answer;
  }

  private String answer(String request) {
    RawSocket socket = open();
    socket.send(request);
    return socket.untilEnd();
  }

  private static byte[] join(byte[]... parts) {
    java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
