/// The web page: static files and their headers.
@NullMarked
package dev.tertulia.server.http.page;

import org.jspecify.annotations.NullMarked;
