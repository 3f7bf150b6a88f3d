/// What is promised, seen from outside: the server in a process of its own, and what may happen to
/// such a process, its disk and its files.
@NullMarked
package dev.tertulia.server.proof;

import org.jspecify.annotations.NullMarked;
