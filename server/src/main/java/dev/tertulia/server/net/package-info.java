/// The edge of the network: sockets, event loops, HTTP and WebSocket framing. The only package that
/// knows Netty's channels; to the others it hands requests and whole messages, and implements their
/// interfaces to loops and wires.
@NullMarked
package dev.tertulia.server.net;

import org.jspecify.annotations.NullMarked;
