/// Who may come in.
@NullMarked
package dev.tertulia.server.auth;

import org.jspecify.annotations.NullMarked;
