/// The addresses at which people sign in.
@NullMarked
package dev.tertulia.server.http.signin;

import org.jspecify.annotations.NullMarked;
