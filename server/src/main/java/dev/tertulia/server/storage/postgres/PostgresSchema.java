package dev.tertulia.server.storage.postgres;

import java.util.List;

/// The schemas in which there are the tables of a log, so that an application may share the
/// database.
enum PostgresSchema {
  /// What is kept.
  LASTING("tertulia", "", 2),

  /// What is kept until the server crashes, which empties unlogged tables.
  PASSING("tertulia_memory", "UNLOGGED", 1);

  private final String schema;
  private final String unlogged;
  private final int newest;

  PostgresSchema(String schema, String unlogged, int newest) {
    this.schema = schema;
    this.unlogged = unlogged;
    this.newest = newest;
  }

  /// Its name in the database.
  String schema() {
    return schema;
  }

  /// The newest version that there is a script for.
  int newest() {
    return newest;
  }

  /// Where its scripts are among the resources.
  List<String> folders() {
    return switch (this) {
      case LASTING -> List.of("db/postgres", "db/postgres-outbox");
      case PASSING -> List.of("db/postgres");
    };
  }

  /// What stands before `TABLE` where its tables are created.
  String unlogged() {
    return unlogged;
  }
}
