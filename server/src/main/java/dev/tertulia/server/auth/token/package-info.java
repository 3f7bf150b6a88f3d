/// Tokens: who may issue them and with which keys, what they say, and which are revoked.
@NullMarked
package dev.tertulia.server.auth.token;

import org.jspecify.annotations.NullMarked;
