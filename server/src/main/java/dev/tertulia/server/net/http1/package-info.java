/// HTTP/1.1: checks of a request, whole requests, answers and event streams.
@NullMarked
package dev.tertulia.server.net.http1;

import org.jspecify.annotations.NullMarked;
