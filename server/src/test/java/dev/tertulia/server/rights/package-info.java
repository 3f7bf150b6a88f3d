/// What clients may do, and what they may not: over real sockets, with tokens and keys.
@NullMarked
package dev.tertulia.server.rights;

import org.jspecify.annotations.NullMarked;
