/// Units of `auth.token`.
@NullMarked
package dev.tertulia.server.auth.token;

import org.jspecify.annotations.NullMarked;
