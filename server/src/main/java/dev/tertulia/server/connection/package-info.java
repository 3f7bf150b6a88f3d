/// The connections: who is on each socket, what waits to be written to it, how fast it may speak,
/// whether it is still alive. Each belongs to the event loop it was accepted on. It knows the
/// domains, and hands them what clients say; of the network it knows the interface [Wire] alone.
@NullMarked
package dev.tertulia.server.connection;

import org.jspecify.annotations.NullMarked;
