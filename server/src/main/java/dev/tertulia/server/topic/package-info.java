/// The one idea of this system: a topic, a log of entries with rising offsets, to which connections
/// subscribe. The fan-out lives here, and the interfaces to what a topic needs of the world: the
/// journal that stores, the event loops that deliver. It knows the words of the wire and nothing
/// else.
@NullMarked
package dev.tertulia.server.topic;

import org.jspecify.annotations.NullMarked;
