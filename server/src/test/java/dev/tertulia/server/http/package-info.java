/// Units of `http`.
@NullMarked
package dev.tertulia.server.http;

import org.jspecify.annotations.NullMarked;
