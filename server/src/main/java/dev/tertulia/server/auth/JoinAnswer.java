package dev.tertulia.server.auth;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;

/// What the operator's backend says to a [JoinQuestion].
///
/// @param lasting how long it holds: [#SHORTEST] to [#LONGEST]
record JoinAnswer(boolean allow, Duration lasting) {
  /// How long an answer holds at least.
  static final Duration SHORTEST = Duration.ofSeconds(1);

  /// How long an answer holds at most.
  static final Duration LONGEST = Duration.ofDays(1);

  /// How long an answer holds that does not say.
  static final Duration USUAL = Duration.ofMinutes(1);

  private static final Set<String> FIELDS = Set.of("allow", "for");

  /// Reads `{"allow":true,"for":60}`, where `for` is a number of seconds and may be left out.
  ///
  /// @throws IOException if it is something else
  static JoinAnswer parse(byte[] json) throws IOException {
    TokenJson fields = TokenJson.parse(json, FIELDS);
    if (fields == null) {
      throw new IOException("the response is not a JSON object");
    }
    if (!(fields.get("allow") instanceof Boolean allow)) {
      throw new IOException("the response has no 'allow' that is true or false");
    }
    Object lasting = fields.get("for");
    if (lasting == null) {
      return new JoinAnswer(allow, USUAL);
    }
    if (!(lasting instanceof Double seconds) || seconds.isNaN() || seconds < 0) {
      throw new IOException("'for' in the response is not a number of seconds");
    }
    long millis = (long) (Math.min(seconds, (double) LONGEST.toSeconds()) * 1_000);
    return new JoinAnswer(allow, Duration.ofMillis(Math.max(millis, SHORTEST.toMillis())));
  }
}
