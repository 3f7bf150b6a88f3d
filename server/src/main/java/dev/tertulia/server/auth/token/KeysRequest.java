package dev.tertulia.server.auth.token;

import java.io.IOException;
import java.net.URI;

/// How the keys of an issuer are fetched. Its text says from where.
public interface KeysRequest {
  /// The address that decides which keys are trusted.
  URI url();

  /// Fetches the keys. Blocks, within a bounded time.
  ///
  /// @return a set of keys (RFC 7517, section 5), bounded in size
  /// @throws IOException if that fails; the message has the cause
  byte[] send() throws IOException, InterruptedException;
}
