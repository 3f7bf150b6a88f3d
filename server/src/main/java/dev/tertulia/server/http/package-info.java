/// What is served over plain HTTP: the API with its table of routes, the page and its files,
/// health, problem documents. It knows requests and answers as records, and nothing of sockets; who
/// is connected it is told through interfaces of its own.
@NullMarked
package dev.tertulia.server.http;

import org.jspecify.annotations.NullMarked;
