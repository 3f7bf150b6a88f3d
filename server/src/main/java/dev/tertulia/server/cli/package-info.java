/// The command line: commands, their options and what they print. It knows the settings and what
/// can be done with a data folder; the servers that it starts are given to it.
@NullMarked
package dev.tertulia.server.cli;

import org.jspecify.annotations.NullMarked;
