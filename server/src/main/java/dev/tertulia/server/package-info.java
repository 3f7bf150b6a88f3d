/// The entry point: [Main] reads the arguments, [Server] creates all parts in one place and closes
/// them in reverse order. It knows all packages; no other package knows it.
@NullMarked
package dev.tertulia.server;

import org.jspecify.annotations.NullMarked;
