package dev.tertulia.server.cli;

import dev.tertulia.server.config.Settings;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Starts servers.
@FunctionalInterface
public interface Servers {
  /// Starts a server; returns while it runs.
  ///
  /// @param source reads the configuration: at the start, and each time it is reloaded
  /// @param page a folder from which the page is read at each request; `null` for the packaged page
  /// @throws dev.tertulia.server.config.ConfigException if the server can't run with this
  ///   configuration
  RunningServer start(Supplier<Settings> source, @Nullable Path page);
}
