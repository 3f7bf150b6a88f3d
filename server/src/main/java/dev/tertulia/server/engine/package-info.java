/// Supervision of the threads without which a server can't answer: how failures of their tasks are
/// handled, how a stopped thread is detected, and how soon they run once they wake. It knows
/// nothing about the tasks themselves.
@NullMarked
package dev.tertulia.server.engine;

import org.jspecify.annotations.NullMarked;
