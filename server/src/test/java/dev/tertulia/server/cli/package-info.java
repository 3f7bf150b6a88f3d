/// The command line and the log.
@NullMarked
package dev.tertulia.server.cli;

import org.jspecify.annotations.NullMarked;
