/// Units of `config`, without network or clock.
@NullMarked
package dev.tertulia.server.config;

import org.jspecify.annotations.NullMarked;
