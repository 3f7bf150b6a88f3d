/// The command line: commands, their options and their output. It knows the settings and the
/// operations on a data folder; the code that starts servers is passed in.
@NullMarked
package dev.tertulia.server.cli;

import org.jspecify.annotations.NullMarked;
