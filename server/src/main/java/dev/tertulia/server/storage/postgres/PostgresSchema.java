package dev.tertulia.server.storage.postgres;

/// The schemas in which there are the tables of a log, so that an application may share the
/// database.
enum PostgresSchema {
  /// What is kept.
  LASTING("tertulia", ""),

  /// What is kept until the server crashes, which empties unlogged tables.
  PASSING("tertulia_memory", "UNLOGGED");

  private final String schema;
  private final String unlogged;

  PostgresSchema(String schema, String unlogged) {
    this.schema = schema;
    this.unlogged = unlogged;
  }

  /// Its name in the database.
  String schema() {
    return schema;
  }

  /// What stands before `TABLE` where its tables are created.
  String unlogged() {
    return unlogged;
  }
}
