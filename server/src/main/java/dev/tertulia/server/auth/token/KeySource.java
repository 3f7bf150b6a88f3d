package dev.tertulia.server.auth.token;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/// Where the keys of an issuer come from. Safe for any thread; never blocks.
public sealed interface KeySource extends AutoCloseable
    permits KeySource.Fixed, KeySource.Extended, RemoteKeys {
  /// The keys that verify tokens now.
  KeySet keys();

  /// Asks for newer keys, because a token needs one that is not there.
  Renewal renew();

  @Override
  void close();

  /// Keys from the configuration: several of them while one replaces another.
  static KeySource of(List<VerificationKey> keys) {
    if (keys.isEmpty() || keys.size() > KeySet.MAX_KEYS) {
      throw new IllegalArgumentException("an issuer needs 1 to %s keys".formatted(KeySet.MAX_KEYS));
    }
    return new Fixed(new KeySet(keys));
  }

  /// These keys, and one of this server, with a `kid` that the issuer does not use.
  default KeySource with(VerificationKey own) {
    return new Extended(this, own);
  }

  /// Keys that do not change.
  record Fixed(KeySet keys) implements KeySource {
    @Override
    public Renewal renew() {
      return new Renewal.Never();
    }

    @Override
    public void close() {}
  }

  /// The keys of an issuer, and one of this server, which signs in the issuer's name.
  final class Extended implements KeySource {
    private final KeySource source;
    private final VerificationKey own;

    /// Replaced when the source has other keys.
    private volatile Both both;

    private record Both(KeySet of, KeySet keys) {}

    Extended(KeySource source, VerificationKey own) {
      this.source = source;
      this.own = own;
      both = both(source.keys());
    }

    private Both both(KeySet keys) {
      List<VerificationKey> all = new ArrayList<>(keys.keys().size() + 1);
      all.add(own);
      all.addAll(keys.keys());
      return new Both(keys, new KeySet(all));
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // It is replaced as a whole.
    public KeySet keys() {
      KeySet now = source.keys();
      Both known = both;
      if (known.of != now) {
        known = both(now);
        both = known;
      }
      return known.keys;
    }

    @Override
    public Renewal renew() {
      return source.renew();
    }

    @Override
    public void close() {
      source.close();
    }
  }

  /// Whether there will be newer keys.
  sealed interface Renewal {
    /// The keys do not change.
    record Never() implements Renewal {}

    /// Keys are being fetched.
    ///
    /// @param done completed when that has ended, on its thread, never with an exception: with
    ///   `true` if the keys were fetched after the request, so that a key that is still missing
    ///   does not exist
    record Underway(CompletionStage<Boolean> done) implements Renewal {}

    /// Keys are fetched later.
    ///
    /// @param in when, from now
    record Later(Duration in) implements Renewal {}
  }
}
