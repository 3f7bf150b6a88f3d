package dev.tertulia.server.topic;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The JSON of a publication in the full protocol, once somebody has needed it, so that a thousand
/// replays encode it one time.
///
/// Safe for any thread: two that come at once both encode, and either result stays. It is of no
/// meaning to what a publication *is*, so all of them are equal.
public final class EncodedOnce {
  private volatile byte @Nullable [] json;

  /// What was encoded before, or what `encoder` gives now. The bytes are shared: only to be read.
  ///
  /// @param encoder gives the same bytes whenever and wherever it is called
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
