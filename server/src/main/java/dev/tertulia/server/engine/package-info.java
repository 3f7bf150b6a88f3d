/// What the threads have in common without which a server answers nobody: what becomes of a failure
/// that comes out of the work that they do for others, and how it is seen that one of them has
/// stopped; and how soon they run once they wake. It knows nothing of what that work is.
@NullMarked
package dev.tertulia.server.engine;

import org.jspecify.annotations.NullMarked;
