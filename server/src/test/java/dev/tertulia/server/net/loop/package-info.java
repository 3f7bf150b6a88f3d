/// Units of `net.loop`.
@NullMarked
package dev.tertulia.server.net.loop;

import org.jspecify.annotations.NullMarked;
