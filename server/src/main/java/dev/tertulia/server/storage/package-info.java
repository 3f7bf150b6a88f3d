/// The storage of logs: journals and logs in SQL, the newest entries in memory, and the data
/// folder. Depends on topics, and on the interfaces through which rooms are read.
@NullMarked
package dev.tertulia.server.storage;

import org.jspecify.annotations.NullMarked;
