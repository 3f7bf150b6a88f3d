/// What a server must survive, over real sockets: bad messages, bad frames, bad requests, and peers
/// that come and go as they like.
@NullMarked
package dev.tertulia.server.badinput;

import org.jspecify.annotations.NullMarked;
