/// The routes of the operator on the machine, below `/api/v1/admin/`.
@NullMarked
package dev.tertulia.server.http.admin;

import org.jspecify.annotations.NullMarked;
