/// A load generator for any WebSocket server: many connections, messages on a schedule, and how
/// long each took to arrive, counted from when it was due. One thread does everything that concerns
/// its connections, on plain NIO, without an object for a frame or a message; the threads share
/// nothing but the state of the run. It knows neither the command line nor the server.
@NullMarked
package dev.tertulia.client.load;

import org.jspecify.annotations.NullMarked;
