/// Event loops and transports, admission of connections, and the budgets of what they may hold.
@NullMarked
package dev.tertulia.server.net.loop;

import org.jspecify.annotations.NullMarked;
