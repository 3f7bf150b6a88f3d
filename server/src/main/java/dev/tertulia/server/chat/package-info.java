/// Rooms and the messages in them. Depends on topics and the model; it does not know about
/// connections.
@NullMarked
package dev.tertulia.server.chat;

import org.jspecify.annotations.NullMarked;
