/// JSON text: a single factory with its limits, a writer of objects, and the rules of Unicode. It
/// depends on no other package.
@NullMarked
package dev.tertulia.server.json;

import org.jspecify.annotations.NullMarked;
