/// The command line of the client: its commands, their options, and what they print. It knows what
/// the commands run; nothing knows it.
@NullMarked
package dev.tertulia.client.cli;

import org.jspecify.annotations.NullMarked;
