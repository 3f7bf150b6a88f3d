package dev.tertulia.server.auth.token;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who issues tokens, and with which keys.
///
/// @param name the `iss` of its tokens, in exactly these letters; `null` if the only issuer of the
///   server may name itself as it likes
/// @param keys its keys, which verify no other issuer's tokens
/// @param audience what `aud` must contain; `null` if it is not checked
/// @param idPrefix stands before the `sub` of its clients, so that they are not mistaken for those
///   of another issuer; may be empty
public record Issuer(
    @Nullable String name, KeySource keys, @Nullable String audience, String idPrefix) {
  /// The maximum number of issuers.
  public static final int MAX_ISSUERS = 100;

  /// Checks that issuers can stand beside each other: no token may be that of two of them, and no
  /// two clients may get the same id.
  ///
  /// @return `issuers`
  /// @throws IllegalArgumentException if they can't; the message says why
  static List<Issuer> checked(List<Issuer> issuers) {
    if (issuers.isEmpty() || issuers.size() > MAX_ISSUERS) {
      throw new IllegalArgumentException(
          "there must be 1 to %s issuers of tokens".formatted(MAX_ISSUERS));
    }
    for (int i = 0; i < issuers.size(); i++) {
      if (issuers.get(i).idPrefix.startsWith("~")) {
        throw new IllegalArgumentException("a prefix of ids may not begin with '~'");
      }
      for (int j = 0; j < issuers.size(); j++) {
        if (i != j) {
          check(issuers.get(i), issuers.get(j));
        }
      }
    }
    return List.copyOf(issuers);
  }

  private static void check(Issuer one, Issuer other) {
    if (one.name == null || one.name.equals(other.name)) {
      throw new IllegalArgumentException(
          "each of several issuers needs a name of its own, the 'iss' of its tokens");
    }
    if (other.idPrefix.startsWith(one.idPrefix)) {
      throw new IllegalArgumentException(
          "the prefixes of ids '%s' of %s and '%s' of %s can make the same id of two clients: none"
                  .formatted(one.idPrefix, one.name, other.idPrefix, other.name)
              + " of several issuers may have an empty prefix, or one that another begins with");
    }
  }
}
