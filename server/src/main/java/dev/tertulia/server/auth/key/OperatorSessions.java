package dev.tertulia.server.auth.key;

import dev.tertulia.server.auth.Peer;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.model.ClientId;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The sessions of browsers in which the operator on the machine uses the operator's page, without
/// ever showing [OperatorToken] to a browser.
///
/// A command that has read that key asks for a code. The code opens one session, once, within
/// [#CODE_LIFE]: whoever finds it later, in the history of a browser or of a terminal, can't use
/// it. The session has a key of its own, which permits what the operator's does, as long as
/// [#SESSION_LIFE], and like that only to a peer on loopback whose request did not come through a
/// proxy.
///
/// Nothing of it is stored: sessions end with the server. Safe for any thread. [#toString] contains
/// no key.
public final class OperatorSessions {
  /// How long a code can be used.
  public static final Duration CODE_LIFE = Duration.ofMinutes(2);

  /// How long a session lasts.
  public static final Duration SESSION_LIFE = Duration.ofHours(12);

  /// The maximum number of codes that wait to be used; one more takes the place of the oldest.
  static final int MOST_CODES = 16;

  /// The maximum number of sessions; one more takes the place of the oldest.
  static final int MOST_SESSIONS = 64;

  private static final int RANDOM_BYTES = 32;

  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  /// Oldest first. Replaced by methods that hold the lock of this object.
  private List<Issued> codes = List.of();

  /// Oldest first. Replaced by methods that hold the lock of this object, and read without it.
  private volatile List<Issued> sessions = List.of();

  public OperatorSessions(InstantSource clock) {
    this.clock = clock;
  }

  /// A secret that was made, for the one who asked for it.
  ///
  /// @param text letters, digits, `-` and `_`
  /// @param expiry from when on it is refused
  public record Made(String text, Instant expiry) {
    @Override
    public String toString() {
      return "a secret of the operator";
    }
  }

  /// Of a secret that was made, what is needed to know it again.
  private record Issued(byte[] hash, Instant expiry) {
    boolean is(byte[] other) {
      return MessageDigest.isEqual(hash, other);
    }
  }

  /// Makes a code that opens a session.
  public synchronized Made code() {
    Made made = make(CODE_LIFE);
    codes = with(codes, made, MOST_CODES);
    return made;
  }

  /// Opens a session.
  ///
  /// @param code is of no use any more after this
  /// @return the key of the session; `null` if the code is unknown, used or too old
  public synchronized @Nullable Made open(String code) {
    if (find(codes, code) == null) {
      return null;
    }
    codes = without(codes, code);
    Made made = make(SESSION_LIFE);
    sessions = with(sessions, made, MOST_SESSIONS);
    return made;
  }

  /// The operator, if a request proves to be that of one of the sessions. Never blocks.
  ///
  /// @param key what the request presents
  /// @param from who sends the request
  /// @return `null` if it is not the operator's
  public @Nullable Principal principal(String key, Peer from) {
    List<Issued> all = sessions;
    if (all.isEmpty() || !from.isLocal()) {
      return null;
    }
    Issued session = find(all, key);
    return session == null
        ? null
        : new Principal(
            ClientId.API, Principal.Kind.OPERATOR, Principal.Claims.NONE, session.expiry);
  }

  /// Ends a session.
  ///
  /// @return whether there was one with that key
  public synchronized boolean end(String key) {
    boolean was = find(sessions, key) != null;
    sessions = without(sessions, key);
    return was;
  }

  private Made make(Duration life) {
    byte[] secret = new byte[RANDOM_BYTES];
    random.nextBytes(secret);
    return new Made(
        Base64.getUrlEncoder().withoutPadding().encodeToString(secret), clock.instant().plus(life));
  }

  /// The one in force that has this text; `null` if there is none. Compares with all of them.
  private @Nullable Issued find(List<Issued> all, String text) {
    byte[] hash = KeyText.hash(text);
    Instant now = clock.instant();
    Issued found = null;
    for (Issued each : all) {
      found = each.is(hash) && now.isBefore(each.expiry) ? each : found;
    }
    return found;
  }

  private List<Issued> with(List<Issued> all, Made made, int most) {
    Instant now = clock.instant();
    List<Issued> more =
        new ArrayList<>(all.stream().filter(each -> now.isBefore(each.expiry)).toList());
    if (more.size() >= most) {
      more.removeFirst();
    }
    more.add(new Issued(KeyText.hash(made.text), made.expiry));
    return List.copyOf(more);
  }

  private static List<Issued> without(List<Issued> all, String text) {
    byte[] hash = KeyText.hash(text);
    return all.stream().filter(each -> !each.is(hash)).toList();
  }

  @Override
  public String toString() {
    return "the operator's sessions";
  }
}
