package dev.tertulia.server.auth.token;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The keys of one issuer at one moment. Immutable.
record KeySet(List<VerificationKey> keys) {
  static final KeySet EMPTY = new KeySet(List.of());

  /// The maximum number of keys of an issuer.
  static final int MAX_KEYS = 100;

  /// The maximum number of keys that are tried for one token: a token that names no key could make
  /// the server try them all.
  static final int MAX_TRIED = 8;

  KeySet {
    keys = List.copyOf(keys);
  }

  /// The keys that may have signed a token: those with its `kid`, and those without one.
  ///
  /// @param id the `kid`; `null` if the token has none, and then all keys
  List<VerificationKey> candidates(@Nullable String id, SignatureAlgorithm algorithm) {
    List<VerificationKey> candidates = new ArrayList<>(2);
    for (VerificationKey key : keys) {
      boolean named = id == null || key.id() == null || id.equals(key.id());
      if (named && key.supports(algorithm) && candidates.size() < MAX_TRIED) {
        candidates.add(key);
      }
    }
    return candidates;
  }

  /// Whether a key has this `kid`, whatever its kind.
  boolean contains(@Nullable String id) {
    return id != null && keys.stream().anyMatch(key -> id.equals(key.id()));
  }
}
