/// What applications publish in transactions of their own, by the functions `publish` and `notify`
/// in the database: servers take it from a table and publish it as if it had come over HTTP.
@NullMarked
package dev.tertulia.server.storage.postgres.outbox;

import org.jspecify.annotations.NullMarked;
