/// The parts of a connection, without a network or a clock.
@NullMarked
package dev.tertulia.server.connection;

import org.jspecify.annotations.NullMarked;
