/// The whole of it but the sockets and the disk, in one thread and by a seed: time, network and
/// journal are made up, and do what real ones do on their worst days.
@NullMarked
package dev.tertulia.server.simulation;

import org.jspecify.annotations.NullMarked;
