/// Signing in with an OpenID Connect provider.
@NullMarked
package dev.tertulia.server.auth.oidc;

import org.jspecify.annotations.NullMarked;
