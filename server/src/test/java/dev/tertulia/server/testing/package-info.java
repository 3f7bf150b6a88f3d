/// What the tests share: servers, clients and sockets, all of them real.
@NullMarked
package dev.tertulia.server.testing;

import org.jspecify.annotations.NullMarked;
