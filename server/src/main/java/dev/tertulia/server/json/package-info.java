/// JSON text: its one factory with its bounds, a writer of objects, and the rules of Unicode. It
/// knows nobody.
@NullMarked
package dev.tertulia.server.json;

import org.jspecify.annotations.NullMarked;
