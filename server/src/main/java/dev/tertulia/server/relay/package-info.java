/// The wire between the nodes of a cluster: what one node tells the others, at most once and in any
/// order. The database is the truth; what is lost here is read there. Depends on topics, the engine
/// and the model.
@NullMarked
package dev.tertulia.server.relay;

import org.jspecify.annotations.NullMarked;
