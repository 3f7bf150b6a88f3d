/// Tests of TLS, over real sockets and with certificates made on the spot.
@NullMarked
package dev.tertulia.server.net.tls;

import org.jspecify.annotations.NullMarked;
