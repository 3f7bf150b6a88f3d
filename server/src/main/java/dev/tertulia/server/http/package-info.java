/// What is served over plain HTTP: the page and its files, health, problem documents. It knows
/// requests and answers as records, and nothing of sockets.
@NullMarked
package dev.tertulia.server.http;

import org.jspecify.annotations.NullMarked;
