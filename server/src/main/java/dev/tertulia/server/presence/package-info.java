/// Who comes and goes. It knows topics and the words of the wire, and is told by the connections.
@NullMarked
package dev.tertulia.server.presence;

import org.jspecify.annotations.NullMarked;
