/// Units of `http.api`.
@NullMarked
package dev.tertulia.server.http.api;

import org.jspecify.annotations.NullMarked;
