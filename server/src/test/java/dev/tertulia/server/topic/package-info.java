/// Units of `topic`, without network or clock.
@NullMarked
package dev.tertulia.server.topic;

import org.jspecify.annotations.NullMarked;
