package dev.tertulia.server.http;

/// A method and a path of the server, and the handler that answers there.
///
/// @param template see [PathTemplate]
public record Route(String method, String template, Handler handler) {
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
}
