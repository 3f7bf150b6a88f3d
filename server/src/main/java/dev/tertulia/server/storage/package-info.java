/// What all of storage shares: the data folder, its faults, and what is kept for how long.
@NullMarked
package dev.tertulia.server.storage;

import org.jspecify.annotations.NullMarked;
