/// Units of `storage.journal`.
@NullMarked
package dev.tertulia.server.storage.journal;

import org.jspecify.annotations.NullMarked;
