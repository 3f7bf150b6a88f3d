package dev.tertulia.server.auth;

import java.time.Duration;

/// What became of an API key that was presented.
public sealed interface KeyCheck {
  /// The key is valid.
  record Accepted(Principal principal) implements KeyCheck {}

  /// The key is refused.
  record Refused(Reason reason) implements KeyCheck {}

  /// Too many wrong keys came from the address, so this one is refused unseen; one from loopback
  /// was seen, and is wrong.
  ///
  /// @param retryAfter when the next one is looked at, from now
  record TooManyFailures(Duration retryAfter) implements KeyCheck {}

  /// Why a key is refused.
  enum Reason {
    /// It is not a key of this server, or no longer one.
    UNKNOWN,
    /// It was a key of this server, and its time is over.
    EXPIRED
  }
}
