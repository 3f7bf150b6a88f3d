/// Units of `connection`, without network or clock.
@NullMarked
package dev.tertulia.server.connection;

import org.jspecify.annotations.NullMarked;
