/// Writing: one writer, batches, what it remembers between them, and retention.
@NullMarked
package dev.tertulia.server.storage.journal;

import org.jspecify.annotations.NullMarked;
