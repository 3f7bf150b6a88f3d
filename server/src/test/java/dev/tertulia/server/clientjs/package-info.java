/// The JavaScript client: its own tests, which Node runs against this build of the server, and its
/// types.
@NullMarked
package dev.tertulia.server.clientjs;

import org.jspecify.annotations.NullMarked;
