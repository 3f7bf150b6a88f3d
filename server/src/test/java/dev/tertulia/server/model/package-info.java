/// Units of `model`.
@NullMarked
package dev.tertulia.server.model;

import org.jspecify.annotations.NullMarked;
