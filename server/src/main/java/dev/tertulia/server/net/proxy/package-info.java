/// Proxies in front of the server: which are trusted, and what they say of the client.
@NullMarked
package dev.tertulia.server.net.proxy;

import org.jspecify.annotations.NullMarked;
