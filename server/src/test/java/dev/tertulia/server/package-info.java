/// The tests of the whole server, over real sockets.
@NullMarked
package dev.tertulia.server;

import org.jspecify.annotations.NullMarked;
