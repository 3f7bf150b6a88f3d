package dev.tertulia.server.auth;

import org.jspecify.annotations.Nullable;

/// With what a request shows who makes it. Secret: the text of an implementation does not contain
/// it.
public sealed interface Credentials {
  /// The request shows nothing.
  record None() implements Credentials {
    private static final None INSTANCE = new None();
  }

  /// A token of an issuer (JWT), valid or not.
  record Token(String text) implements Credentials {
    @Override
    public String toString() {
      return "a token";
    }
  }

  /// A key of the API, valid or not.
  record Key(String text) implements Credentials {
    @Override
    public String toString() {
      return "a key";
    }
  }

  /// Several that differ, so that it is not clear which one counts.
  record Conflicting() implements Credentials {}

  /// Nothing.
  static Credentials none() {
    return None.INSTANCE;
  }

  /// What `Authorization: Bearer` contains: text with exactly two dots is a token, any other text a
  /// key.
  static Credentials ofBearer(String text) {
    return text.chars().filter(c -> c == '.').count() == 2 ? new Token(text) : new Key(text);
  }

  /// What follows `Bearer` in a header `Authorization`, of which the scheme is in any case (RFC
  /// 6750, RFC 9110).
  ///
  /// @return `null` for another scheme, which is one of a proxy in front of the server
  static @Nullable String bearer(String authorization) {
    String scheme = "Bearer ";
    return authorization.regionMatches(/* ignoreCase= */ true, 0, scheme, 0, scheme.length())
        ? authorization.substring(scheme.length()).strip()
        : null;
  }

  /// These and `others` together.
  default Credentials and(Credentials others) {
    if (others instanceof None || equals(others)) {
      return this;
    }
    return this instanceof None ? others : new Conflicting();
  }
}
