package dev.tertulia.server.protocol;

import dev.tertulia.server.auth.Authentication;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.connection.SessionFactory;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Refusal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What becomes of an [OpeningRequest]. The network carries it out, unless the server is stopping
/// or has no room for another connection.
public sealed interface Opening {
  /// A WebSocket, if the request is a valid handshake (RFC 6455); otherwise it is refused, and
  /// `sessions` is not used.
  ///
  /// @param subprotocol the selected one of those that the client offers; `null` for none
  record WebSocket(Principal principal, @Nullable String subprotocol, Sessions sessions)
      implements Opening {}

  /// A WebSocket whose client will say who it is in its first message, if the request is a valid
  /// handshake.
  ///
  /// @param named the client that the request names, which must be the one of the message; `null`
  ///   if it names none
  /// @param subprotocol the selected one of those that the client offers; `null` for none
  record UnidentifiedSocket(
      @Nullable ClientId named, @Nullable String subprotocol, Greeting greeting)
      implements Opening {}

  /// A WebSocket that is opened and closed at once, if the request is a valid handshake: browsers
  /// don't tell a page why a handshake was refused.
  ///
  /// @param subprotocol the selected one of those that the client offers; `null` for none
  record RefusedSocket(@Nullable String subprotocol, CloseReason reason) implements Opening {}

  /// A stream of Server-Sent Events, which ends when one side closes it.
  ///
  /// @param sessions creates its session; what that writes are events, or what `output` makes
  ///   events of
  record EventStream(Principal principal, SessionFactory sessions, EventOutput output)
      implements Opening {}

  /// A refusal, as a problem document (RFC 9457).
  ///
  /// @param status the status of the response
  /// @param headers headers in addition to those of every response
  record Refused(int status, Refusal refusal, Map<String, String> headers) implements Opening {
    public Refused {
      headers = Map.copyOf(headers);
    }

    /// A refusal with the status of its code.
    public static Refused of(Refusal refusal) {
      return new Refused(refusal.code().httpStatus(), refusal, Map.of());
    }

    /// A refusal of a request whose client is not who it says.
    public static Refused of(Authentication.Refused refused) {
      Refusal refusal = refused.refusal();
      return new Refused(refusal.code().httpStatus(), refusal, refused.headers());
    }

    /// A refusal of an invalid request.
    public static Refused invalid(String why) {
      return of(new Refusal(ErrorCode.INVALID, why));
    }
  }
}
