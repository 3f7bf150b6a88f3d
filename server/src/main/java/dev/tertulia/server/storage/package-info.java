/// Where logs are kept: journals and logs on SQL, what is newest in memory, and the folder that all
/// of it lies in. It knows topics, and what rooms ask of it.
@NullMarked
package dev.tertulia.server.storage;

import org.jspecify.annotations.NullMarked;
