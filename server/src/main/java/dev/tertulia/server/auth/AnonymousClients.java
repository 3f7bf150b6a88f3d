package dev.tertulia.server.auth;

import dev.tertulia.server.model.ClientId;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// The clients that show nothing, and are let in all the same (`auth.anonymous`): each connection
/// is a client of its own, with an id that nobody can guess, and no token may claim. Safe for any
/// thread; never blocks.
public final class AnonymousClients {
  /// How their ids begin.
  public static final String PREFIX = "anon:";

  /// Nobody is let in without a token.
  public static final AnonymousClients NONE = new AnonymousClients(Grants.NONE);

  /// The random bytes of an id: two never are the same.
  private static final int ID_BYTES = 16;

  private final Grants can;
  private final SecureRandom random = new SecureRandom();

  /// @param can what each of them may do; if it is empty, there are none
  public AnonymousClients(Grants can) {
    this.can = can;
  }

  /// Whether there can be any.
  public boolean areAdmitted() {
    return !can.all().isEmpty();
  }

  /// A new one; `null` if there are none.
  public @Nullable Principal next() {
    if (!areAdmitted()) {
      return null;
    }
    byte[] id = new byte[ID_BYTES];
    random.nextBytes(id);
    return Principal.anonymous(
        new ClientId(PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(id)), can);
  }

  /// Whether an id is reserved for them.
  public boolean own(ClientId client) {
    return areAdmitted() && client.value().startsWith(PREFIX);
  }
}
