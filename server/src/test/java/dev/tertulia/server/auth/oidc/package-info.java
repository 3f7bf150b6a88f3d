@NullMarked
package dev.tertulia.server.auth.oidc;

import org.jspecify.annotations.NullMarked;
