package dev.tertulia.server;

import dev.tertulia.server.auth.oidc.OidcSettings;
import dev.tertulia.server.auth.oidc.SessionKey;
import dev.tertulia.server.auth.oidc.SignIn;
import dev.tertulia.server.config.AuthConfig;
import dev.tertulia.server.config.Config;
import dev.tertulia.server.config.ConfigException;
import dev.tertulia.server.config.OidcConfig;
import dev.tertulia.server.storage.PrivateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Makes what people sign in with, of the configuration. The key of their sessions is in a file of
/// the data folder, so that they stay signed in over a restart. Without the file, a new key is
/// made, and people sign in again.
final class Sessions {
  private static final String FILE = "session.key";

  private Sessions() {}

  /// @return `null` if people don't sign in
  /// @throws ConfigException if the settings can't be used
  static @Nullable SignIn signIn(Config config) {
    AuthConfig auth = config.auth();
    OidcConfig oidc = auth.oidc();
    if (oidc == null || auth.mode() == AuthConfig.Mode.OPEN) {
      return null;
    }
    OidcSettings settings =
        new OidcSettings(
            oidc.issuer(),
            oidc.clientId(),
            oidc.clientSecret() == null ? null : oidc.clientSecret().text(),
            oidc.scopes(),
            oidc.label(),
            oidc.session(),
            oidc.publicUrl(),
            Objects.requireNonNull(auth.cookie()));
    try {
      SessionKey key = key(config.data().resolve(FILE));
      return new SignIn(settings, key, auth.claims(), InstantSource.system());
    } catch (IllegalArgumentException e) {
      throw new ConfigException(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SessionKey key(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(SessionKey.BYTES);
    try (FileChannel made =
        PrivateFiles.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      new SecureRandom().nextBytes(bytes.array());
      made.write(bytes);
      made.force(true);
    } catch (FileAlreadyExistsException e) {
      try (FileChannel there = PrivateFiles.open(file, StandardOpenOption.READ)) {
        while (bytes.hasRemaining() && there.read(bytes) >= 0) {
          // Until it is full.
        }
        if (bytes.hasRemaining() || there.size() != SessionKey.BYTES) {
          throw new ConfigException(
              "%s is not a key of sessions: delete it, and people sign in again".formatted(file));
        }
      }
    }
    return new SessionKey(bytes.array());
  }
}
