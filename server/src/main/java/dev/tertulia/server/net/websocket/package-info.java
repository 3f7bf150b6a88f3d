/// WebSocket, RFC 6455: frames, handshake, and compression by RFC 7692.
@NullMarked
package dev.tertulia.server.net.websocket;

import org.jspecify.annotations.NullMarked;
