/// The writer of JSON.
@NullMarked
package dev.tertulia.server.json;

import org.jspecify.annotations.NullMarked;
