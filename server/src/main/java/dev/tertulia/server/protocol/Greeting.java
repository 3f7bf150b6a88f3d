package dev.tertulia.server.protocol;

import dev.tertulia.server.auth.Credentials;
import dev.tertulia.server.model.Refusal;
import java.util.function.Function;

/// How the client of a WebSocket says who it is, in its first message, if the handshake did not say
/// so. Until that is known there is no connection: nothing is subscribed, registered or delivered.
/// Safe for any thread; does not block.
public interface Greeting {
  /// The maximum size of a first message, in bytes: it has room for a token, and for 500 rooms with
  /// long names and their positions.
  int MAX_BYTES = 128 << 10;

  /// Whether compression may be negotiated.
  boolean mayCompress();

  /// Reads the first message.
  ///
  /// @param text valid UTF-8, from `offset` on, `length` bytes; must not be retained
  First read(byte[] text, int offset, int length);

  /// A first message.
  ///
  /// @param introduces whether it is the kind of message in which a client says who it is
  /// @param credentials those in the message; [Credentials.None] if it shows none
  /// @param sessions what creates the sessions that begin with carrying out this message
  /// @param refusal encodes the reply that refuses the message
  record First(
      boolean introduces,
      Credentials credentials,
      Sessions sessions,
      Function<Refusal, byte[]> refusal) {}
}
