/// Connections: the client of each socket, its send queue, its rate limits and its heartbeat. Each
/// connection belongs to the event loop that accepted it. The package passes messages of clients to
/// the domains; of the network it knows only the interface [Transport].
@NullMarked
package dev.tertulia.server.connection;

import org.jspecify.annotations.NullMarked;
