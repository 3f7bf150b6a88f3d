/// A chat room on Vert.x, to compare with. It is one class, and knows Vert.x alone.
package dev.tertulia.peers.vertx;
