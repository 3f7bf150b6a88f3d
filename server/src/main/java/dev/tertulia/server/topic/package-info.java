/// The central abstraction of this system: a topic, a log of entries with rising offsets, to which
/// connections subscribe. The package contains the fan-out and the interfaces that topics need from
/// outside: the journal, which stores, and the event loops, which deliver.
@NullMarked
package dev.tertulia.server.topic;

import org.jspecify.annotations.NullMarked;
