/// Keys of the API and of the operator.
@NullMarked
package dev.tertulia.server.auth.key;

import org.jspecify.annotations.NullMarked;
