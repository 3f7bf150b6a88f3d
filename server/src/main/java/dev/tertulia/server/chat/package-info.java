/// Rooms and what is said in them. It knows topics and the words of the wire; it does not know who
/// is connected, nor how.
@NullMarked
package dev.tertulia.server.chat;

import org.jspecify.annotations.NullMarked;
