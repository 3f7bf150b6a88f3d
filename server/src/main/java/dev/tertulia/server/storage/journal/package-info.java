/// The write side: a single writer, its batches and caches, and retention.
@NullMarked
package dev.tertulia.server.storage.journal;

import org.jspecify.annotations.NullMarked;
