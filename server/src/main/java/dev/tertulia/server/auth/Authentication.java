package dev.tertulia.server.auth;

import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Refusal;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// What is known of who makes a request.
public sealed interface Authentication {
  /// Decided for now.
  sealed interface Decided extends Authentication {}

  /// The request shows nothing, and the server has no accounts: the client that the request names
  /// is believed.
  record Open() implements Decided {}

  /// The request shows nothing. That is enough for few requests, if for any.
  ///
  /// @param message what people read, in the server's language: what is missing
  /// @param clients those of which a connection becomes one, if there are any
  record Anonymous(String message, AnonymousClients clients) implements Decided {
    /// The refusal of a request that may not be anonymous.
    public Refused refused() {
      return new Refused(Cause.MISSING, message, null);
    }
  }

  /// It is known who makes the request.
  record Accepted(Principal principal) implements Decided {}

  /// What the request shows is refused.
  ///
  /// @param message what people read, in the server's language; contains nothing secret
  /// @param retryAfter when the same may be accepted, from now; `null` for never
  record Refused(Cause cause, String message, @Nullable Duration retryAfter) implements Decided {
    private static final String CHALLENGE = "Bearer realm=\"Tertulia\"";
    private static final String CHALLENGE_AGAIN = CHALLENGE + ", error=\"invalid_token\"";

    /// The refusal of a request.
    public Refusal refusal() {
      return new Refusal(cause.code, message);
    }

    /// The header fields of a response that says so.
    public Map<String, String> headers() {
      Map<String, String> headers = new HashMap<>();
      if (cause.code == ErrorCode.UNAUTHORIZED) {
        headers.put("WWW-Authenticate", cause == Cause.MISSING ? CHALLENGE : CHALLENGE_AGAIN);
      }
      if (retryAfter != null) {
        headers.put("Retry-After", Long.toString(Math.ceilDiv(retryAfter.toMillis(), 1_000)));
      }
      return headers;
    }

    /// The end of a WebSocket, which is opened for that, because browsers can't see the status of a
    /// handshake.
    public CloseReason closeReason() {
      return cause.closeReason;
    }
  }

  /// It is not known yet.
  ///
  /// @param decision completed within some seconds, on any thread, never with an exception
  record Pending(CompletionStage<Decided> decision) implements Authentication {}

  /// Why something is refused, as far as it matters for what to do next.
  enum Cause {
    /// Nothing was shown.
    MISSING(ErrorCode.UNAUTHORIZED, CloseReason.UNAUTHORIZED),
    /// It never was valid, or is not meant for this.
    INVALID(ErrorCode.UNAUTHORIZED, CloseReason.UNAUTHORIZED),
    /// It was valid once.
    EXPIRED(ErrorCode.UNAUTHORIZED, CloseReason.TOKEN_EXPIRED),
    /// It can't be checked at the moment.
    UNAVAILABLE(ErrorCode.UNAVAILABLE, CloseReason.OVERLOADED),
    /// Too many were refused, or too many are being checked.
    RATE_LIMITED(ErrorCode.RATE_LIMITED, CloseReason.OVERLOADED);

    private final ErrorCode code;
    private final CloseReason closeReason;

    Cause(ErrorCode code, CloseReason closeReason) {
      this.code = code;
      this.closeReason = closeReason;
    }
  }
}
