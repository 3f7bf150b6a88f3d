package dev.tertulia.server.badinput;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.auth.Action;
import dev.tertulia.server.http.Route;
import dev.tertulia.server.testing.RawSocket;
import dev.tertulia.server.testing.WithBystander;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// In a server without accounts, a page of another origin can neither change nor read anything,
/// with any request that a browser lets it make without asking first.
final class ForeignPageTest extends WithBystander {
  /// A body with its media type, as forms and `fetch` with `no-cors` send it.
  private static final List<String> SIMPLE_BODIES =
      List.of(
          "text/plain\r\n\r\n{\"client\":\"evil\",\"message\":\"x\"}",
          "text/plain; charset=utf-8\r\n\r\nx",
          "application/x-www-form-urlencoded\r\n\r\nclient=evil&message=x",
          "multipart/form-data; boundary=b\r\n\r\n--b--");

  /// Whatever a page is known by: its origin, or only what the browser says of it.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Origin: null",
        "Origin: http://evil.example",
        "Origin: http://127.0.0.1:PORT.evil.example",
        "Origin: http://evil127.0.0.1:PORT",
        "Origin: http://127.0.0.1:PORT0",
        "Origin: http://127.0.0.1",
        "Origin: http://localhost:PORT",
        "Origin: http://evil.example\r\nSec-Fetch-Site: same-origin",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site"
      })
  void noRouteAnswersAForeignPage(String page) {
    String from =
        "Host: 127.0.0.1:PORT\r\nConnection: close\r\n%s\r\n"
            .formatted(page)
            .replace("PORT", Integer.toString(server.port()));
    for (Route route : server.server().routeTable()) {
      if (route.template().startsWith("/api/") || route.need() != Action.General.NOTHING) {
        String path = route.template().replaceAll("\\{[a-z_]+}", "x").replace("**", "x");
        if (path.equals("/docs") && !page.startsWith("Origin")) {
          continue; // Any site may link to it; it has no content of its own.
        }
        if (route.method().equals("GET")) {
          refused("GET " + path + " HTTP/1.1\r\n" + from + "\r\n");
        } else {
          SIMPLE_BODIES.forEach(body -> refused(post(route.method(), path, from, body)));
        }
      }
    }
    for (String path :
        List.of("/api/v1/stream?client=evil", "/api/v1/stream?rooms=lobby&client=e")) {
      refused("GET " + path + " HTTP/1.1\r\nAccept: text/event-stream\r\n" + from + "\r\n");
    }
    for (String path : List.of("/ws/evil", "/ws/evil?v=1")) {
      refused(
          "GET "
              + path
              + " HTTP/1.1\r\n"
              + "Upgrade: websocket\r\n"
              + "Connection: Upgrade\r\n"
              + "Sec-WebSocket-Version: 13\r\n"
              + "Sec-WebSocket-Key: cmVoZWFyc2luZzEyMzQ1Ng==\r\n"
              + from.replace("Connection: close\r\n", "")
              + "\r\n");
    }
  }

  private static String post(String method, String path, String from, String body) {
    int length = body.substring(body.indexOf("\r\n\r\n") + 4).length();
    return "%s %s HTTP/1.1\r\n%sContent-Length: %s\r\nContent-Type: %s"
        .formatted(method, path, from, length, body);
  }

  private void refused(String request) {
    try (RawSocket socket = RawSocket.open(server)) {
      socket.send(request);
      assertThat(socket.untilEnd())
          .as(request)
          .startsWith("HTTP/1.1 403 ")
          .contains("\"code\":\"forbidden\"")
          .doesNotContainIgnoringCase("Access-Control-Allow");
    }
  }
}
