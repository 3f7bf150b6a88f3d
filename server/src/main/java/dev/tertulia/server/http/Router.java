package dev.tertulia.server.http;

import dev.tertulia.server.protocol.ErrorCode;
import dev.tertulia.server.protocol.Refusal;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Every route there is, and who answers it. May wait, so it is called on virtual threads.
public final class Router {
  private static final Logger log = LoggerFactory.getLogger(Router.class);

  private final StaticFiles files;
  private final Health health;

  public Router(StaticFiles files, Health health) {
    this.files = files;
    this.health = health;
  }

  /// Answers `request`, whatever it is.
  public Response answer(Request request) {
    try {
      return route(request);
    } catch (RuntimeException e) {
      log.error("{} {} failed", request.method(), request.path(), e);
      return Response.problem(
          new Refusal(ErrorCode.INTERNAL, "The server failed. Its log says why."));
    }
  }

  private Response route(Request request) {
    Response response =
        switch (request.path()) {
          case "/" -> files.get("index.html", request);
          case "/health/live" -> health.live();
          case "/health/ready" -> health.ready();
          case String path when path.startsWith("/static/") ->
              files.get(path.substring("/static/".length()), request);
          default -> notFound();
        };
    boolean readable = request.method().equals("GET") || request.method().equals("HEAD");
    if (response.status() != 404 && !readable) {
      return Response.problem(
              405, new Refusal(ErrorCode.INVALID, "This address answers GET and HEAD."))
          .with("Allow", "GET, HEAD");
    }
    return response;
  }

  static Response notFound() {
    return Response.problem(new Refusal(ErrorCode.NOT_FOUND, "There is nothing at this address."));
  }

  /// The headers that every answer carries.
  public static Map<String, String> commonHeaders() {
    return ContentSecurity.COMMON_HEADERS;
  }
}
