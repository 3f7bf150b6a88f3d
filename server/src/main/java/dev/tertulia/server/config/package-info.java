/// The settings: what can be set, how it is written, what it is if nobody sets it. It knows the
/// words of the wire.
@NullMarked
package dev.tertulia.server.config;

import org.jspecify.annotations.NullMarked;
