/// Units of `net.websocket`.
@NullMarked
package dev.tertulia.server.net.websocket;

import org.jspecify.annotations.NullMarked;
