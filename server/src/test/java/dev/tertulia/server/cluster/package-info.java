/// Tests of nodes that share a database.
@NullMarked
package dev.tertulia.server.cluster;

import org.jspecify.annotations.NullMarked;
