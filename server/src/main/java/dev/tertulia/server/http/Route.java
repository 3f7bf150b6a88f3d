package dev.tertulia.server.http;

import dev.tertulia.server.auth.Action;
import org.jspecify.annotations.Nullable;

/// A method and a path of the server, and the handler that answers there.
///
/// @param template see [PathTemplate]
/// @param need what the client must be permitted to do, which the [Router] checks: in the `room` of
///   the path, to the `client` of the path, or at all. What is not of the API is served to the
///   machine of the server without a check
/// @param refused makes the page that a browser shows in place of a refusal; `null` for none
public record Route(
    String method, String template, Action need, Handler handler, @Nullable Handler refused) {
  /// A route whose refusals are all the same.
  public Route(String method, String template, Action need, Handler handler) {
    this(method, template, need, handler, null);
  }

  /// Answers the requests of a route.
  @FunctionalInterface
  public interface Handler {
    /// Answers the call. May block, because it runs on a virtual thread.
    Response answer(Call call);
  }

  /// Whether it is one of the API, which is for programs.
  boolean isOfApi() {
    return template.startsWith("/api/");
  }

  /// Whether it is one for operators, which needs a key even in a server without accounts: what it
  /// does can't be undone, or outlasts the server, or what it tells is of no use to clients.
  boolean isOfOperator() {
    return template.startsWith("/api/v1/admin/") || template.equals("/metrics");
  }
}
