package dev.tertulia.server.net.http1;

import dev.tertulia.server.auth.NetworkGate;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.auth.token.Authenticator;
import dev.tertulia.server.connection.SessionFactory;
import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.http.Router;
import dev.tertulia.server.limits.ClientRates;
import dev.tertulia.server.model.PathPrefix;
import dev.tertulia.server.net.loop.Admission;
import dev.tertulia.server.net.loop.RequestRates;
import dev.tertulia.server.net.websocket.PerMessageDeflate;
import dev.tertulia.server.protocol.Opening;
import dev.tertulia.server.protocol.Protocol;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The server as an HTTP connection sees it: where its requests go, within which limits, and what
/// the connection can become.
public interface Endpoint {
  NetworkGate gate();

  /// The path below which a proxy serves this server.
  PathPrefix pathPrefix();

  /// Finds out who makes requests.
  Authenticator authenticator();

  /// Reads what requests show.
  CredentialsReader credentials();

  Admission admission();

  RequestRates requestRates();

  /// The limits on what all connections and requests of a client do together.
  ClientRates clientRates();

  /// Answers the requests that no protocol owns.
  Router router();

  /// Counts handshakes.
  HandshakeMeters handshakes();

  /// The table of protocols, in the order in which they are asked.
  List<Protocol> protocols();

  /// The guard that receives failures.
  EngineGuard guard();

  /// The time limit for a request to arrive, and for an answer to be read.
  Duration handshakeTimeout();

  /// The time limit for producing an answer.
  Duration answerTimeout();

  /// Whether connections are opened, which ends when the server stops.
  boolean isAccepting();

  /// Turns a channel whose handshake has been answered into a WebSocket, and flushes the answer
  /// once its client would miss nothing from then on. On the loop of the channel.
  ///
  /// @param compression whether the client may compress messages
  /// @param quota the count to which it belongs
  void toWebSocket(
      Channel channel,
      Principal principal,
      SessionFactory sessions,
      boolean compression,
      Admission.AddressQuota quota);

  /// Turns a channel whose handshake has been answered into a WebSocket that waits until its client
  /// says who it is. On the loop of the channel.
  ///
  /// @param compression the negotiated one; `null` for none
  /// @param quota the count to which it belongs
  void toUnidentified(
      Channel channel,
      Opening.UnidentifiedSocket opening,
      @Nullable PerMessageDeflate compression,
      Admission.AddressQuota quota);

  /// Turns a channel, for which the head of the response was written, into a stream. On the loop of
  /// the channel.
  ///
  /// @param quota the count to which it belongs
  void toStream(Channel channel, Opening.EventStream stream, Admission.AddressQuota quota);
}
