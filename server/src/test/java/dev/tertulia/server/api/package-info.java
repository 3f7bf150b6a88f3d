/// System tests of the HTTP API: each route over a real socket, with bad input for each.
@NullMarked
package dev.tertulia.server.api;

import org.jspecify.annotations.NullMarked;
