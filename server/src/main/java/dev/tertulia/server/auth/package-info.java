/// Who may come in, and do what. It knows the words of the wire.
@NullMarked
package dev.tertulia.server.auth;

import org.jspecify.annotations.NullMarked;
