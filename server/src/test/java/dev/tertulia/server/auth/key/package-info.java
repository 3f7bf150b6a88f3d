/// Units of `auth.key`.
@NullMarked
package dev.tertulia.server.auth.key;

import org.jspecify.annotations.NullMarked;
