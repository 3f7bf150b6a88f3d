package dev.tertulia.server.badinput;

import dev.tertulia.server.testing.Fuzzing;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A server over HTTP, given what Jazzer makes up.
@Tag("system")
final class FuzzedHttpTest {
  private static final String HOST = "Host: localhost\r\n";

  private static final List<String> BEGINNINGS =
      List.of(
          "GET / HTTP/1.1\r\n" + HOST + "\r\nGET /static/app.js HTTP/1.1\r\n" + HOST + "\r\n",
          "POST /api/v1/rooms/r/messages HTTP/1.1\r\n"
              + HOST
              + "Content-Type: application/json\r\nContent-Length: 44\r\n\r\n"
              + "{\"client\":\"a\",\"message\":\"é\",\"data\":{\"x\":[1]}}",
          "POST /api/v1/clients/ana/notifications?title=t HTTP/1.1\r\n"
              + HOST
              + "Content-Type: text/plain\r\n"
              + "Idempotency-Key: k\r\n"
              + "Transfer-Encoding: chunked\r\n\r\n"
              + "4\r\n"
              + "hola\r\n"
              + "0\r\n\r\n",
          "GET /api/v1/rooms/r/messages?before=9&limit=50 HTTP/1.1\r\n" + HOST + "\r\n",
          "GET /api/v1/stream?client=c&rooms=r&after=r%3Dt%3A1 HTTP/1.1\r\n"
              + HOST
              + "Accept: text/event-stream\r\nLast-Event-ID: x\r\n\r\n",
          "GET /ws/ana?v=1 HTTP/1.1\r\n"
              + HOST
              + "Upgrade: websocket\r\n"
              + "Connection: Upgrade\r\n"
              + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
              + "Sec-WebSocket-Version: 13\r\n"
              + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
          "OPTIONS /api/v1/broadcasts HTTP/1.1\r\n"
              + HOST
              + "Origin: http://x\r\nAccess-Control-Request-Method: POST\r\n\r\n",
          "DELETE /api/v1/rooms/r/members/ana HTTP/1.0\r\n" + HOST + "\r\n");

  private static final List<String> WORDS =
      List.of(
          "\\x0d\\x0a",
          "\\x0d\\x0a\\x0d\\x0a",
          "%00",
          "%2F",
          "%C3%A9",
          "%F0%9F",
          "\\xc3\\xa9",
          "\\xff",
          "..",
          "/static/",
          "/api/v1/",
          "/a/a/a/a/a/a/a/a",
          "?after=9223372036854775807",
          "&limit=",
          "Origin: http://evil.example\\x0d\\x0a",
          "Host: \\x0d\\x0a",
          "Sec-Fetch-Site: cross-site\\x0d\\x0a",
          "Content-Length: 0\\x0d\\x0a",
          "Transfer-Encoding: gzip, chunked\\x0d\\x0a",
          "Expect: 100-continue\\x0d\\x0a",
          "Connection: close\\x0d\\x0a",
          "Range: bytes=0-\\x0d\\x0a",
          "If-None-Match: *\\x0d\\x0a",
          "HEAD ",
          "HTTP/1.0");

  private static final Fuzzing FUZZING =
      new Fuzzing(
          HttpTarget.class,
          BEGINNINGS.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList(),
          WORDS);

  @TempDir Path folder;

  @Test
  void aShortWhile() throws Exception {
    FUZZING.runs(folder, 1_500);
  }

  @Test
  @Tag("long")
  @Timeout(value = Fuzzing.MOST_MINUTES, unit = TimeUnit.MINUTES)
  void aLongWhile() throws Exception {
    FUZZING.minutes(folder);
  }
}
