/// Who may connect and what clients may do. Depends on the vocabulary of the wire.
@NullMarked
package dev.tertulia.server.auth;

import org.jspecify.annotations.NullMarked;
