/// HTTP requests and responses as records, the fields of a request, the router, and problem
/// documents.
@NullMarked
package dev.tertulia.server.http;

import org.jspecify.annotations.NullMarked;
