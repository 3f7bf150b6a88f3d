/// The routes of `/api/v1`, its health checks and its description.
@NullMarked
package dev.tertulia.server.http.api;

import org.jspecify.annotations.NullMarked;
