package dev.tertulia.server.http;

import dev.tertulia.server.audit.AuditLog;
import dev.tertulia.server.auth.Action;
import dev.tertulia.server.auth.Authentication;
import dev.tertulia.server.auth.Permissions;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.logging.LogContext;
import dev.tertulia.server.logging.LogField;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.protocol.RawText;
import dev.tertulia.server.topic.LogException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Dispatches requests to the handlers of a table of routes. May block, so it is called on virtual
/// threads.
///
/// The number of API requests in progress is bounded; further ones are refused with `rate_limited`.
/// Pages and health checks are always answered.
public final class Router {
  private static final Logger log = LoggerFactory.getLogger(Router.class);

  private final List<Route> routes;
  private final List<Resource> resources;
  private final Language language;
  private final HttpMessages words;
  private final Authentication.Refused notOperator;
  private final int atOnce;
  private final Permissions permissions;
  private final EngineGuard guard;
  private final OperatorAudit audit;
  private final HttpMeters meters;
  private final Semaphore free;
  private volatile boolean stopping;

  /// @param routes the routes, in the order in which they are tried
  /// @param atOnce the maximum number of API requests in progress
  /// @param permissions decide who may make a request
  /// @param audit records what operators have changed
  /// @param meters count the requests
  /// @param guard receives failures of handlers
  public Router(
      List<Route> routes,
      Language language,
      int atOnce,
      Permissions permissions,
      AuditLog audit,
      HttpMeters meters,
      EngineGuard guard) {
    this.routes = List.copyOf(routes);
    resources = resources(routes);
    this.language = language;
    this.atOnce = atOnce;
    this.permissions = permissions;
    this.guard = guard;
    this.meters = meters;
    this.audit = new OperatorAudit(audit);
    words = HttpMessages.of(language);
    notOperator =
        new Authentication.Refused(Authentication.Cause.INVALID, words.operatorOnly(), null);
    free = new Semaphore(atOnce);
  }

  /// Answers any request. Never throws.
  public Response answer(Request request) {
    return CrossOrigin.allow(request, answerHere(request));
  }

  /// Counts requests.
  public HttpMeters meters() {
    return meters;
  }

  private Response answerHere(Request request) {
    return switch (target(request)) {
      case Target.Found(Route route, Map<String, String> values) -> {
        long began = System.nanoTime();
        Response response = answer(route, values, request);
        meters.answered(request.method(), route, response.status(), System.nanoTime() - began);
        yield response;
      }
      case Target.Nowhere(Response answer) -> {
        meters.answeredWithoutRoute(answer.status());
        yield answer;
      }
    };
  }

  private Target target(Request request) {
    try {
      return find(request);
    } catch (Throwable failure) {
      return new Target.Nowhere(failed(request, failure));
    }
  }

  private Response answer(Route route, Map<String, String> values, Request request) {
    try {
      return run(route, values, request);
    } catch (LogException e) {
      // Damage and storage faults are logged where they occur, once and not for each request.
      log.debug("Refused {} {}: {}", request.method(), request.rawPath(), e.getMessage());
      return Response.problem(Refusal.of(ErrorCode.UNAVAILABLE, language));
    } catch (Throwable failure) {
      return failed(request, failure);
    }
  }

  private Response failed(Request request, Throwable failure) {
    try (LogContext _ =
        new LogContext()
            .with(LogField.REQUEST, request.method() + " " + request.rawPath())
            .with(LogField.ADDRESS, LogField.address(request.from().address()))) {
      guard.caught("the answer to a request", failure);
      log.info("A request failed");
    }
    return Response.problem(new Refusal(ErrorCode.INTERNAL, words.failed()));
  }

  /// Refuses API requests from now on, and waits for those in progress.
  ///
  /// @param patience the maximum time to wait
  public void stop(Duration patience) {
    stopping = true;
    try {
      if (!free.tryAcquire(atOnce, patience.toNanos(), TimeUnit.NANOSECONDS)) {
        log.warn(
            "API requests are still in progress while the server stops: their clients should repeat"
                + " them");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// The routes of one path, by method.
  private record Resource(PathTemplate template, Map<String, Route> routes) {}

  /// The table, in its order, with the routes of a path together. Where two have the same method,
  /// the first is the one.
  private static List<Resource> resources(List<Route> routes) {
    Map<String, Map<String, Route>> paths = new LinkedHashMap<>();
    for (Route route : routes) {
      Map<String, Route> here = paths.computeIfAbsent(route.template(), path -> new HashMap<>());
      here.putIfAbsent(route.method(), route);
      if (route.method().equals("GET")) {
        here.putIfAbsent("HEAD", route);
      }
    }
    return paths.entrySet().stream()
        .map(path -> new Resource(new PathTemplate(path.getKey()), path.getValue()))
        .toList();
  }

  /// Where a request goes.
  private sealed interface Target {
    /// @param values of the names in the template of the route
    record Found(Route route, Map<String, String> values) implements Target {}

    /// It goes nowhere.
    record Nowhere(Response answer) implements Target {}
  }

  private Target find(Request request) {
    String path = request.rawPath();
    if (RawText.decode(path) == null) {
      return new Target.Nowhere(
          Response.problem(HttpMessages.invalid(words.address().addressNotUtf8())));
    }
    Set<String> methods = null;
    for (Resource resource : resources) {
      Map<String, String> values = resource.template().match(path);
      if (values != null) {
        Route route = resource.routes().get(request.method());
        if (route != null) {
          return new Target.Found(route, values);
        }
        methods = methods == null ? new TreeSet<>() : methods;
        methods.addAll(resource.routes().keySet());
      }
    }
    if (methods == null) {
      return new Target.Nowhere(
          Response.problem(new Refusal(ErrorCode.NOT_FOUND, words.nothingHere())));
    }
    if (CrossOrigin.isPreflight(request)) {
      return new Target.Nowhere(CrossOrigin.preflight(methods));
    }
    String allowed = String.join(", ", methods);
    return new Target.Nowhere(
        Response.problem(
                405, HttpMessages.invalid(words.address().otherMethods().formatted(allowed)))
            .with("Allow", allowed));
  }

  private Response run(Route route, Map<String, String> path, Request request) {
    if (!route.isOfApi()) {
      return runOther(route, path, request);
    }
    return switch (request.authentication()) {
      case Authentication.Open _ when route.isOfOperator() -> Response.problem(notOperator);
      case Authentication.Open _ ->
          run(route, call(route, request, Principal.open(ClientId.API), path));
      case Authentication.Accepted(Principal principal) ->
          run(route, call(route, request, principal, path));
      case Authentication.Anonymous anonymous -> Response.problem(anonymous.refused());
      case Authentication.Refused refused -> Response.problem(refused);
    };
  }

  /// Runs what is not of the API. Anybody on the machine may see all of it, and anybody at all what
  /// needs nothing.
  private Response runOther(Route route, Map<String, String> path, Request request) {
    Call anybody = call(route, request, Principal.open(ClientId.API), path);
    if (route.need() == Action.General.NOTHING || request.isLocal()) {
      return route.handler().answer(anybody);
    }
    Response refusal =
        switch (request.authentication()) {
          case Authentication.Open _ -> route.isOfOperator() ? Response.problem(notOperator) : null;
          case Authentication.Accepted(Principal principal) -> {
            Refusal why = call(route, request, principal, path).access().refusal();
            yield why == null ? null : Response.problem(why);
          }
          case Authentication.Anonymous _ ->
              Response.problem(
                  new Authentication.Refused(
                      Authentication.Cause.MISSING, words.keyNeeded(), null));
          case Authentication.Refused refused -> Response.problem(refused);
        };
    if (refusal == null) {
      return route.handler().answer(anybody);
    }
    return route.refused() != null && request.header("Accept").contains("text/html")
        ? refusal.shownAs(route.refused().answer(anybody))
        : refusal;
  }

  private Call call(Route route, Request request, Principal principal, Map<String, String> path) {
    return new Call(
        request,
        path,
        language,
        new CallAccess(principal, route.need(), path, permissions, language));
  }

  private Response run(Route route, Call call) {
    if (stopping) {
      return Response.problem(new Refusal(ErrorCode.UNAVAILABLE, words.stopping()));
    }
    if (!free.tryAcquire()) {
      return Response.problem(new Refusal(ErrorCode.RATE_LIMITED, words.tooMany()));
    }
    try {
      Refusal refusal = call.access().refusal();
      if (refusal != null) {
        return Response.problem(refusal);
      }
      Response response = route.handler().answer(call);
      audit.answered(route, call, response);
      return response;
    } finally {
      free.release();
    }
  }

  /// The table of routes, in its order.
  public List<Route> routes() {
    return routes;
  }

  /// All routes as `METHOD template`, in the order of the table.
  public List<String> table() {
    return routes.stream().map(route -> route.method() + " " + route.template()).toList();
  }

  public static Response notFound() {
    return Response.problem(new Refusal(ErrorCode.NOT_FOUND, "This address does not exist."));
  }

  /// The headers of every response.
  public static Map<String, String> commonHeaders() {
    return ContentSecurity.COMMON_HEADERS;
  }
}
