package dev.tertulia.server.auth.token;

import dev.tertulia.server.auth.Principal;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// What became of a token that was to be verified.
public sealed interface Token {
  /// Decided for now.
  sealed interface Decided extends Token {}

  /// The token is valid.
  record Accepted(Principal principal) implements Decided {}

  /// The token is refused.
  ///
  /// @param message what people read, in the server's language; contains nothing of the token
  /// @param retryAfter when the same token may be accepted, from now; `null` for never
  record Refused(TokenProblem problem, String message, @Nullable Duration retryAfter)
      implements Decided {}

  /// The token needs a key that is being fetched.
  ///
  /// @param decision completed within the time that a fetch may take, on its thread, never with an
  ///   exception
  record Pending(CompletionStage<Decided> decision) implements Token {}
}
