package dev.tertulia.server.auth.key;

import dev.tertulia.server.auth.Peer;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.model.ClientId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// The key of the operator on the machine: chosen at random at each start, and written to a file
/// that only the user of the server can read. It permits everything, but only to a peer on loopback
/// whose request did not come through a proxy, so that it is of no use elsewhere if it leaks.
///
/// Immutable. [#toString] does not contain the key.
public final class OperatorToken {
  private static final int RANDOM_BYTES = 32;

  private static final Principal OPERATOR =
      new Principal(ClientId.API, Principal.Kind.OPERATOR, Principal.Claims.NONE, null);

  private final String text;
  private final byte[] bytes;

  private OperatorToken(String text) {
    this.text = text;
    bytes = text.getBytes(StandardCharsets.UTF_8);
  }

  /// A new key. It contains only letters, digits, `-` and `_`, so that it can't be mistaken for a
  /// token of an issuer, which contains dots.
  public static OperatorToken random(SecureRandom random) {
    byte[] secret = new byte[RANDOM_BYTES];
    random.nextBytes(secret);
    return new OperatorToken(Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
  }

  /// The key itself, for the file.
  public String text() {
    return text;
  }

  /// The operator, if a request proves to be its. Takes the same time for every key of a length.
  ///
  /// @param key what the request presents
  /// @param from who sends the request
  /// @return `null` if the request is not the operator's
  public @Nullable Principal principal(String key, Peer from) {
    boolean same = MessageDigest.isEqual(bytes, key.getBytes(StandardCharsets.UTF_8));
    return same && from.isLocal() ? OPERATOR : null;
  }

  @Override
  public String toString() {
    return "the operator's key";
  }
}
