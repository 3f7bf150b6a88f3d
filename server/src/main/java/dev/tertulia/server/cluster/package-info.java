/// Several servers on one database that behave as one: where own commits and those of other nodes
/// meet, what nodes tell each other, and who is connected where. A single node has nothing of it.
///
/// The database is the truth, and the relay only brings it sooner.
@NullMarked
package dev.tertulia.server.cluster;

import org.jspecify.annotations.NullMarked;
