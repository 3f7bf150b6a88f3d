/// Units of `storage.postgres.outbox`.
@NullMarked
package dev.tertulia.server.storage.postgres.outbox;

import org.jspecify.annotations.NullMarked;
