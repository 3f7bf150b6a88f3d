/// The settings: names, syntax, defaults and validation. Depends on the vocabulary of the wire.
@NullMarked
package dev.tertulia.server.config;

import org.jspecify.annotations.NullMarked;
