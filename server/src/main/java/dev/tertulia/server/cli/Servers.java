package dev.tertulia.server.cli;

import dev.tertulia.server.config.Config;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Starts servers.
@FunctionalInterface
public interface Servers {
  /// Starts a server; returns while it runs.
  ///
  /// @param page a folder from which the page is read at each request; `null` for the packaged page
  /// @throws dev.tertulia.server.config.ConfigException if the server can't run with this
  ///   configuration
  RunningServer start(Config config, @Nullable Path page);
}
