/// The network layer: sockets, event loops, HTTP and WebSocket framing. The only package that uses
/// Netty channels; it passes requests and complete messages to other packages, and implements their
/// interfaces for loops and wires.
@NullMarked
package dev.tertulia.server.net;

import org.jspecify.annotations.NullMarked;
