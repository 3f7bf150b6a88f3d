package dev.tertulia.server.cli;

import org.jspecify.annotations.Nullable;

/// An option of `tertulia serve`.
enum ServeOption {
  CONFIG(
      "--config",
      "FILE",
      "Configuration file in YAML (/etc/tertulia/tertulia.yaml, if it exists)."),
  HOST(
      "--host",
      "ADDRESS",
      "Address to listen on (127.0.0.1). Any other than loopback needs --open-on-network."),
  PORT("--port", "PORT", "Port to listen on (8000); 0 for any free port."),
  DATA("--data", "FOLDER", "Folder of the database (./data)."),
  DATABASE(
      "--database",
      "URL",
      "PostgreSQL database of the log, instead of SQLite in the data folder:"
          + " postgresql://user@host/database. Its password is better in a file, which"
          + " TERTULIA_DATABASE_PASSWORD_FILE names."),
  REDIS(
      "--redis",
      "URL",
      "Redis or Valkey that carries messages between the servers on one database:"
          + " redis://host:port. Its password is in a file, which TERTULIA_REDIS_PASSWORD_FILE"
          + " names."),
  NODE(
      "--node", "NAME", "Name of this server among those on one database (of host name and port)."),
  LANGUAGE("--language", "es|en", "Language of the texts that the server sends to people (es)."),
  OPEN_ON_NETWORK(
      "--open-on-network",
      null,
      "Accept connections from the network. There are no accounts: anyone who reaches the server"
          + " may read and write."),
  ALLOW_HOST(
      "--allow-host",
      "NAME",
      "Host name that the server answers to on the network, besides its addresses. May be"
          + " repeated."),
  ALLOW_ORIGIN(
      "--allow-origin", "ORIGIN", "Additional origin whose pages may connect. May be repeated."),
  PAGE(
      "--page",
      "FOLDER",
      "Serve the page from FOLDER, read again at each request, for working on the page.");

  private final String written;
  private final @Nullable String label;
  private final String description;

  ServeOption(String written, @Nullable String label, String description) {
    this.written = written;
    this.label = label;
    this.description = description;
  }

  /// As it is typed.
  String written() {
    return written;
  }

  /// What stands for its value in the help; `null` if it has none.
  @Nullable String label() {
    return label;
  }

  String description() {
    return description;
  }

  boolean mayBeRepeated() {
    return this == ALLOW_HOST || this == ALLOW_ORIGIN;
  }

  /// Whether its value names a file or a folder that is used as it is; that of the database is read
  /// with the settings.
  boolean isPath() {
    return this == CONFIG || this == PAGE;
  }
}
