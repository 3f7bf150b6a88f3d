/// Reading: logs, rooms and inboxes, and the newest messages of each topic in memory.
@NullMarked
package dev.tertulia.server.storage.read;

import org.jspecify.annotations.NullMarked;
