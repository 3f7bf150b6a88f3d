package dev.tertulia.server.topic;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Caches the JSON of a publication in the full protocol, so that any number of replays encode it
/// only once.
///
/// Safe for any thread: two concurrent callers both encode, and either result is kept. All
/// instances are equal, because the cache does not contribute to the identity of a publication.
public final class EncodedOnce {
  private volatile byte @Nullable [] json;

  /// Returns the cached bytes, or encodes them. The bytes are shared and must not be modified.
  ///
  /// @param encoder returns the same bytes at every call
  public byte[] get(Supplier<byte[]> encoder) {
    byte[] known = json;
    if (known == null) {
      known = encoder.get();
      json = known;
    }
    return known;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof EncodedOnce;
  }

  @Override
  public int hashCode() {
    return 0;
  }

  @Override
  public String toString() {
    return json == null ? "not encoded" : "encoded";
  }
}
