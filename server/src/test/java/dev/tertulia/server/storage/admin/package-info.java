/// Units of `storage.admin`.
@NullMarked
package dev.tertulia.server.storage.admin;

import org.jspecify.annotations.NullMarked;
