package dev.tertulia.server.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The option of commands that work on what a server has stored.
final class DatabaseOption {
  @Option(
      names = "--database",
      paramLabel = "URL",
      description =
          "PostgreSQL database, instead of SQLite in the folder: postgresql://user@host/database"
              + " (TERTULIA_DATABASE). Its password is in the file that"
              + " TERTULIA_DATABASE_PASSWORD_FILE names.")
  private @Nullable String database;

  /// `null` for the database of the settings, if they name one.
  @Nullable String named() {
    return database;
  }
}
