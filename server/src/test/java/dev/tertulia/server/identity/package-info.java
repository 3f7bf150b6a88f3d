/// System tests of who gets in: each way over a real socket, with a server that wants tokens.
@NullMarked
package dev.tertulia.server.identity;

import org.jspecify.annotations.NullMarked;
