/// What an HTTP request and its answer are, the router, and problem documents.
@NullMarked
package dev.tertulia.server.http;

import org.jspecify.annotations.NullMarked;
