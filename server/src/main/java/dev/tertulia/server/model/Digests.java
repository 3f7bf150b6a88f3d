package dev.tertulia.server.model;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// Message digests that every JDK provides.
public final class Digests {
  private Digests() {}

  /// For content security policies, entity tags, keys and proofs.
  public static byte[] sha256(byte[] bytes) {
    return digest("SHA-256", bytes);
  }

  /// For the WebSocket handshake, which requires it; it protects nothing.
  public static byte[] sha1(byte[] bytes) {
    return digest("SHA-1", bytes);
  }

  private static byte[] digest(String algorithm, byte[] bytes) {
    try {
      return MessageDigest.getInstance(algorithm).digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
