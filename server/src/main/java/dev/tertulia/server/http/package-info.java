/// Plain HTTP: the API with its table of routes, the page and its files, health checks, problem
/// documents. Requests and answers are records; the package knows nothing about sockets, and learns
/// about connections through interfaces of its own.
@NullMarked
package dev.tertulia.server.http;

import org.jspecify.annotations.NullMarked;
