package dev.tertulia.server.cli;

import dev.tertulia.server.config.Config;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Starts servers.
@FunctionalInterface
public interface Servers {
  /// Starts one, and returns while it runs.
  ///
  /// @param page a folder to read the page from at each request; `null` for the packed page
  /// @throws dev.tertulia.server.config.ConfigException if it can't run like this
  Running start(Config config, @Nullable Path page);
}
