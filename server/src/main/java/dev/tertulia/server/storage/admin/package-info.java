/// Work on a whole data folder: backup, restore, check, export, import, erasure.
@NullMarked
package dev.tertulia.server.storage.admin;

import org.jspecify.annotations.NullMarked;
