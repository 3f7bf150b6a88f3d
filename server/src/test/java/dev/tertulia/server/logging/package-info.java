/// Tests of how the log is written.
@NullMarked
package dev.tertulia.server.logging;

import org.jspecify.annotations.NullMarked;
