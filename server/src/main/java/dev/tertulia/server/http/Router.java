package dev.tertulia.server.http;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.protocol.ApiWords;
import dev.tertulia.server.protocol.ErrorCode;
import dev.tertulia.server.protocol.Language;
import dev.tertulia.server.protocol.Refusal;
import dev.tertulia.server.topic.LogException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds who answers a request, in the table of [Routes]. May wait, so it is called on virtual
/// threads.
///
/// A bounded number of the API's requests is at work at a time; past it they are refused with
/// `rate_limited`. Pages and health are answered always.
public final class Router {
  private static final Logger log = LoggerFactory.getLogger(Router.class);

  private final List<Route> routes;
  private final Language language;
  private final ApiWords words;
  private final int atOnce;
  private final EngineGuard guard;
  private final Semaphore free;
  private volatile boolean stopping;

  /// @param routes looked at in this order
  /// @param atOnce how many of the API's requests are at work at a time
  /// @param guard takes what comes out of a route that fails
  public Router(List<Route> routes, Language language, int atOnce, EngineGuard guard) {
    this.routes = List.copyOf(routes);
    this.language = language;
    this.atOnce = atOnce;
    this.guard = guard;
    words = ApiWords.of(language);
    free = new Semaphore(atOnce);
  }

  /// Answers `request`, whatever it is. Never throws.
  public Answer answer(Request request) {
    return CrossOrigin.allow(request, answerHere(request));
  }

  private Answer answerHere(Request request) {
    try {
      return route(request);
    } catch (LogException e) {
      // Damage and trouble have been told where they were met, once and not for each request.
      log.debug("{} {} is refused: {}", request.method(), request.rawPath(), e.getMessage());
      return Response.problem(Refusal.of(ErrorCode.UNAVAILABLE, language));
    } catch (Throwable failure) {
      guard.caught("the answer to a request", failure);
      log.info("{} {} failed", request.method(), request.rawPath());
      return Response.problem(new Refusal(ErrorCode.INTERNAL, words.failed()));
    }
  }

  /// Refuses the API's requests from here on, and waits for those at work.
  ///
  /// @param patience how long at most
  public void stop(Duration patience) {
    stopping = true;
    try {
      if (!free.tryAcquire(atOnce, patience.toNanos(), TimeUnit.NANOSECONDS)) {
        log.warn("Requests of the API are still at work when the server stops");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// A way through the table.
  private record Found(Route route, Map<String, String> path) {}

  private Answer route(Request request) {
    if (RawText.decode(request.rawPath()) == null) {
      return Response.problem(ApiWords.invalid(words.addressNotUtf8()));
    }
    List<String> path = Route.parts(request.rawPath());
    List<Found> here = new ArrayList<>();
    for (Route route : routes) {
      Map<String, String> values = route.match(path);
      if (values != null) {
        here.add(new Found(route, values));
      }
    }
    if (here.isEmpty()) {
      return Response.problem(new Refusal(ErrorCode.NOT_FOUND, words.nothingHere()));
    }
    TreeSet<String> methods = new TreeSet<>();
    here.forEach(found -> methods.addAll(methods(found.route())));
    if (CrossOrigin.isPreflight(request)) {
      return CrossOrigin.preflight(methods);
    }
    for (Found found : here) {
      if (methods(found.route()).contains(request.method())) {
        return run(found, request);
      }
    }
    String allowed = String.join(", ", methods);
    return Response.problem(405, ApiWords.invalid(words.otherMethods().formatted(allowed)))
        .with("Allow", allowed);
  }

  /// A stream has no end, and so nothing that `HEAD` could tell of it.
  private static List<String> methods(Route route) {
    return route.method().equals("GET") && !route.template().equals(Routes.STREAM)
        ? List.of("GET", "HEAD")
        : List.of(route.method());
  }

  private Answer run(Found found, Request request) {
    Call call = new Call(request, found.path(), language);
    if (!found.route().isOfApi()) {
      return found.route().handler().answer(call);
    }
    if (stopping) {
      return Response.problem(new Refusal(ErrorCode.UNAVAILABLE, words.stopping()));
    }
    if (!free.tryAcquire()) {
      return Response.problem(new Refusal(ErrorCode.RATE_LIMITED, words.tooMany()));
    }
    try {
      return found.route().handler().answer(call);
    } finally {
      free.release();
    }
  }

  /// Every route there is, as `METHOD template`, in the order of the table.
  public List<String> table() {
    return routes.stream().map(route -> route.method() + " " + route.template()).toList();
  }

  static Response notFound() {
    return Response.problem(new Refusal(ErrorCode.NOT_FOUND, "There is nothing at this address."));
  }

  /// The headers that every answer carries.
  public static Map<String, String> commonHeaders() {
    return ContentSecurity.COMMON_HEADERS;
  }
}
