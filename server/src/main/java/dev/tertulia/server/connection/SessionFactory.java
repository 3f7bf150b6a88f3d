package dev.tertulia.server.connection;

/// Creates the session of each connection. A [Session] without state for a connection is its own
/// factory.
@FunctionalInterface
public interface SessionFactory {
  /// Creates the session of `connection`, which is not open yet. On its loop.
  Session create(Connection connection);
}
