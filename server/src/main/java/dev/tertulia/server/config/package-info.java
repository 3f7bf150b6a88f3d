/// The settings: names, syntax, defaults and validation. Depends only on the model.
@NullMarked
package dev.tertulia.server.config;

import org.jspecify.annotations.NullMarked;
