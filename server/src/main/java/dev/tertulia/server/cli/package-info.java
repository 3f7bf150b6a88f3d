/// The command line: commands, their options and what they print. It knows the settings; what the
/// commands start is given to them.
@NullMarked
package dev.tertulia.server.cli;

import org.jspecify.annotations.NullMarked;
