package dev.tertulia.server.auth;

/// Checks keys of the API. Safe for any thread; never blocks.
@FunctionalInterface
public interface ApiKeyCheck {
  /// Checks a key.
  ///
  /// @param from who sends it; failures are limited by its address
  /// @return [Authentication.Accepted] or [Authentication.Refused]
  Authentication.Decided check(Credentials.Key key, Peer from);
}
