package dev.tertulia.server.storage.postgres;

import java.util.List;

/// The schemas in which there are the tables of a log, so that an application may share the
/// database.
enum PostgresSchema {
  /// What is kept.
  LASTING("tertulia", "", 2, "db/postgres", "db/postgres-outbox"),

  /// What is kept until the server crashes, which empties unlogged tables.
  PASSING("tertulia_memory", "UNLOGGED", 1, "db/postgres");

  private final String schema;
  private final String unlogged;
  private final int newest;
  private final List<String> folders;

  PostgresSchema(String schema, String unlogged, int newest, String... folders) {
    this.schema = schema;
    this.unlogged = unlogged;
    this.newest = newest;
    this.folders = List.of(folders);
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
    return folders;
  }

  /// What stands before `TABLE` where its tables are created.
  String unlogged() {
    return unlogged;
  }
}
