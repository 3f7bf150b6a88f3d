package dev.tertulia.server.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/// A secret of the configuration: shown nowhere, and compared in constant time.
public final class Secret {
  /// The minimum length, in bytes: that of the hash of HMAC-SHA-256.
  public static final int MIN_BYTES = 32;

  private final byte[] bytes;

  private Secret(byte[] bytes) {
    this.bytes = bytes;
  }

  /// A secret whose bytes are those of `text` in UTF-8.
  ///
  /// @throws IllegalArgumentException if it is shorter than [#MIN_BYTES]
  public static Secret of(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length < MIN_BYTES) {
      throw new IllegalArgumentException(
          "a secret needs at least %s bytes, but has %s".formatted(MIN_BYTES, bytes.length));
    }
    return new Secret(bytes);
  }

  /// A secret that another system has chosen, of any length.
  static Secret ofOther(String text) {
    return new Secret(text.getBytes(StandardCharsets.UTF_8));
  }

  /// A copy of its bytes.
  public byte[] bytes() {
    return bytes.clone();
  }

  /// Its text.
  public String text() {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret that && MessageDigest.isEqual(bytes, that.bytes);
  }

  /// The same for all secrets, so that a hash in a log says nothing.
  @Override
  public int hashCode() {
    return 0;
  }

  @Override
  public String toString() {
    return "(secret)";
  }
}
