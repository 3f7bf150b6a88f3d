package dev.tertulia.server.cli;

import dev.tertulia.server.config.ConfigException;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.OperatorAccess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The server that uses the data folder of this machine, as it has left its address and the
/// operator's key there. There is none for a user who may not read these. Each question reads the
/// files again, because a server that starts again has another key.
final class LocalServer {
  private final Map<String, String> environment;
  private final @Nullable String data;

  /// @param data the data folder; `null` for the configured one
  LocalServer(Map<String, String> environment, @Nullable String data) {
    this.environment = environment;
    this.data = data;
  }

  /// The address of the server; `null` if none runs.
  @Nullable URI address() {
    OperatorAccess access = access();
    return access == null ? null : access.server();
  }

  /// The operator's key for `server`.
  ///
  /// @return `null` if that is another server, which must not get the key
  @Nullable String keyFor(URI server) {
    OperatorAccess access = access();
    return access != null && access.server().getRawAuthority().equals(server.getRawAuthority())
        ? access.token()
        : null;
  }

  private @Nullable OperatorAccess access() {
    try {
      Path folder = FolderCommand.folder(environment, data, /* file= */ null);
      // A server that was killed leaves its files behind.
      return Files.isDirectory(folder) && !DataFolder.isFree(folder)
          ? OperatorAccess.read(folder)
          : null;
    } catch (ConfigException | DataFolderException | IOException e) {
      return null;
    }
  }
}
