/// The client side of Tertulia: today its program, with the load generator. The root holds only the
/// way in; the command line is in `cli`, and what puts load on a server in `load`.
@NullMarked
package dev.tertulia.client;

import org.jspecify.annotations.NullMarked;
