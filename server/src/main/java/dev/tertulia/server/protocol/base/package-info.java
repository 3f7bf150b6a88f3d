/// The base protocol of `/ws/{client_id}`: its messages, its codec and its session.
@NullMarked
package dev.tertulia.server.protocol.base;

import org.jspecify.annotations.NullMarked;
