package dev.tertulia.server;

import dev.tertulia.server.auth.JoinBackend;
import dev.tertulia.server.config.AuthConfig;
import dev.tertulia.server.config.Config;
import dev.tertulia.server.config.ConfigException;
import dev.tertulia.server.connection.ConnectionDirectory;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.RoomName;
import java.time.InstantSource;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/// Makes the backend that decides what clients may do in rooms, of the configuration.
final class JoinBackends {
  private JoinBackends() {}

  /// The backend of `auth.join_url`.
  ///
  /// @param isIn whether a client is in a room
  /// @return `null` if there is none; in open mode everybody may do everything
  /// @throws ConfigException if the address or the secret can't be used
  static @Nullable JoinBackend of(
      Config config, ConnectionDirectory directory, BiPredicate<RoomName, ClientId> isIn) {
    AuthConfig.Join join = config.auth().join();
    if (join == null || config.auth().mode() == AuthConfig.Mode.OPEN) {
      return null;
    }
    JoinBackend.Attendance attendance =
        new JoinBackend.Attendance() {
          @Override
          public boolean isIn(RoomName room, ClientId client) {
            return isIn.test(room, client);
          }

          @Override
          public void expel(ClientId client, RoomName room) {
            directory.expel(client, room).join();
          }
        };
    try {
      return new JoinBackend(
          join.url(), join.secret().bytes(), attendance, config.language(), InstantSource.system());
    } catch (IllegalArgumentException e) {
      throw new ConfigException(String.valueOf(e.getMessage()));
    }
  }
}
