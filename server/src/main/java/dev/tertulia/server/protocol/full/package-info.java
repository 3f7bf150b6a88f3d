/// The full protocol, `tertulia.1`: its requests and replies, its codec and its session, with
/// replay of what a client missed.
@NullMarked
package dev.tertulia.server.protocol.full;

import org.jspecify.annotations.NullMarked;
