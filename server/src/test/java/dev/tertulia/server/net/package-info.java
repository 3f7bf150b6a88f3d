/// The parts of the network's edge, without a network.
@NullMarked
package dev.tertulia.server.net;

import org.jspecify.annotations.NullMarked;
