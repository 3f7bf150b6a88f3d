/// A chat room on Vert.x, for comparison. It is one class, and depends only on Vert.x.
package dev.tertulia.peers.vertx;
