/// Who may connect.
@NullMarked
package dev.tertulia.server.auth;

import org.jspecify.annotations.NullMarked;
