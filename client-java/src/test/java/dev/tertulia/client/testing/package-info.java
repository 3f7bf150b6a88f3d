/// A WebSocket server of the tests, on plain sockets, which behaves as a test tells it to: well,
/// slowly, or badly.
@NullMarked
package dev.tertulia.client.testing;

import org.jspecify.annotations.NullMarked;
