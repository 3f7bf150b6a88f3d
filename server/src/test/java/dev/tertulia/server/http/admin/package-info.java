/// Tests of what the operator's routes keep.
@NullMarked
package dev.tertulia.server.http.admin;

import org.jspecify.annotations.NullMarked;
