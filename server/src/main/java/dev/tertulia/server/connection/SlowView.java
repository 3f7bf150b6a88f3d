package dev.tertulia.server.connection;

import dev.tertulia.server.model.ClientId;

/// A snapshot of a connection that reads more slowly than data comes, for operators.
public record SlowView(ClientId client, ConnectionView connection) {}
