/// The promises of the server, tested from outside: the server runs in its own process, and things
/// happen to that process, its disk and its files.
@NullMarked
package dev.tertulia.server.proof;

import org.jspecify.annotations.NullMarked;
