/// How the log of the server is written: as text or JSON, one line for each event, without ever
/// blocking the thread that logs; and how text of other people is made safe for a terminal. Code
/// logs with SLF4J; this package is what Logback is configured with.
@NullMarked
package dev.tertulia.server.logging;

import org.jspecify.annotations.NullMarked;
