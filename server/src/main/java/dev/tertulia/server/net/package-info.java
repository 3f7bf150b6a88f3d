/// Listening, accepting, and the pipelines that lead from a socket to a protocol.
@NullMarked
package dev.tertulia.server.net;

import org.jspecify.annotations.NullMarked;
