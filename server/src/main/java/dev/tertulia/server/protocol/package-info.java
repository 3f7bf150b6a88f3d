/// The vocabulary of the wire: a sealed record for every message, the codec between messages and
/// JSON, and the codes of refusals and closures. Every package may depend on this one. It depends
/// on no other: it knows nothing about sockets, topics or connections.
@NullMarked
package dev.tertulia.server.protocol;

import org.jspecify.annotations.NullMarked;
