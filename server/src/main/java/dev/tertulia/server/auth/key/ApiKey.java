package dev.tertulia.server.auth.key;

import dev.tertulia.server.auth.KeyScopes;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Identifier;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// An API key as it is kept: what it may do, and the hash of its text. The text itself is known
/// only to its owner. Immutable.
///
/// @param scopes what it may do
/// @param hash the SHA-256 of the text, in 32 bytes that must not be modified
/// @param expiry when it is no longer valid; `null` for never
/// @param used when it was last used, to the minute; `null` if it never was
public record ApiKey(
    Principal.KeyName key,
    KeyScopes scopes,
    byte[] hash,
    Instant created,
    @Nullable Instant expiry,
    @Nullable Instant used) {
  /// The size of a hash, in bytes.
  public static final int HASH_BYTES = 32;

  /// The prefix of the ids of configured keys, which no generated id has.
  private static final String CONFIGURED = "configured:";

  /// The maximum number of room patterns of a key.
  public static final int MAX_ROOMS = 100;

  /// @throws IllegalArgumentException if the name is not valid, there is no scope or no room, there
  ///   are more than [#MAX_ROOMS], or `hash` does not have [#HASH_BYTES]
  public ApiKey {
    if (!isName(key.name())) {
      throw new IllegalArgumentException(
          "the name of a key has 1 to %s letters, digits and _ - . : @ = + | ~, and does not begin with '~'"
              .formatted(Identifier.MAX_LENGTH));
    }
    if (scopes.scopes().isEmpty()) {
      throw new IllegalArgumentException("a key needs at least one scope");
    }
    if (scopes.rooms().isEmpty() || scopes.rooms().size() > MAX_ROOMS) {
      throw new IllegalArgumentException(
          "a key has 1 to %s patterns of rooms".formatted(MAX_ROOMS));
    }
    if (hash.length != HASH_BYTES) {
      throw new IllegalArgumentException("not a SHA-256");
    }
  }

  /// A key that was just made, with its text, which is shown once.
  public record Made(ApiKey key, String text) {
    /// Without the text.
    @Override
    public String toString() {
      return "the new key " + key.name();
    }
  }

  /// Makes a key.
  ///
  /// @throws IllegalArgumentException as the constructor
  public static Made make(String name, KeyScopes scopes, Instant now, @Nullable Instant expiry) {
    String text = KeyText.random(new SecureRandom());
    String id = KeyText.idOf(text);
    if (id == null) {
      throw new IllegalStateException("a generated key has an id");
    }
    return new Made(
        new ApiKey(new Principal.KeyName(id, name), scopes, KeyText.hash(text), now, expiry, null),
        text);
  }

  /// A key whose text is in the configuration. Its id is another at each call.
  ///
  /// @throws IllegalArgumentException if the name is not valid, or the text is too short or too
  ///   long or contains what no header can; the message does not contain the text
  public static ApiKey configured(String name, String text, KeyScopes scopes, Instant now) {
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    if (bytes < KeyText.MIN_BYTES || bytes > KeyText.MAX_LENGTH) {
      throw new IllegalArgumentException(
          "the key '%s' has %s bytes, but needs %s to %s: make one with 'openssl rand -base64 48'"
              .formatted(name, bytes, KeyText.MIN_BYTES, KeyText.MAX_LENGTH));
    }
    if (text.chars().anyMatch(c -> c <= ' ' || c > '~' || c == '.')) {
      throw new IllegalArgumentException(
          "the key '%s' may contain only printable ASCII characters, and neither spaces nor dots"
              .formatted(name));
    }
    return new ApiKey(
        new Principal.KeyName(CONFIGURED + UUID.randomUUID(), name),
        scopes,
        KeyText.hash(text),
        now,
        null,
        null);
  }

  /// Whether `name` can be the name of a key.
  public static boolean isName(String name) {
    return Identifier.isValid(name) && !new ClientId(name).isReserved();
  }

  public String id() {
    return key.id();
  }

  public String name() {
    return key.name();
  }

  /// Whether it is in the configuration, and not stored.
  public boolean isConfigured() {
    return id().startsWith(CONFIGURED);
  }

  /// This key with another time of its last use.
  public ApiKey usedAt(@Nullable Instant time) {
    return new ApiKey(key, scopes, hash, created, expiry, time);
  }

  /// Whether `presented` is the hash of the same text, in a time that does not depend on how much
  /// of it is equal.
  boolean hasHash(byte[] presented) {
    return MessageDigest.isEqual(hash, presented);
  }

  /// The principal of its requests.
  Principal principal() {
    return Principal.key(key, scopes, expiry);
  }

  /// Without the hash.
  @Override
  public String toString() {
    return "the key %s (%s)".formatted(name(), id());
  }
}
