/// TLS: the certificate, its replacement while the server runs, and the bound on handshakes.
@NullMarked
package dev.tertulia.server.net.tls;

import org.jspecify.annotations.NullMarked;
