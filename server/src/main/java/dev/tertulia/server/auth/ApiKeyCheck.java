package dev.tertulia.server.auth;

import java.net.InetAddress;

/// Checks keys of the API. Safe for any thread; never blocks.
@FunctionalInterface
public interface ApiKeyCheck {
  /// Checks a key.
  ///
  /// @param from the address from which it comes, by which failures are limited
  /// @return [Authentication.Accepted] or [Authentication.Refused]
  Authentication.Decided check(Credentials.Key key, InetAddress from);
}
