/// What all of storage shares: the data folder, storage faults, durability and retention.
@NullMarked
package dev.tertulia.server.storage;

import org.jspecify.annotations.NullMarked;
