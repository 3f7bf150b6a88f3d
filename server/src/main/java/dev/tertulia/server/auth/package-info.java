/// Who may connect and what clients may do. Depends only on the model.
@NullMarked
package dev.tertulia.server.auth;

import org.jspecify.annotations.NullMarked;
