/// Who may connect and what clients may do. Depends only on the model and on `json`.
@NullMarked
package dev.tertulia.server.auth;

import org.jspecify.annotations.NullMarked;
