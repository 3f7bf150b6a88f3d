/// Tests of the server behind the proxies of `ops/proxies`, which are run with these very files.
@NullMarked
package dev.tertulia.server.proxies;

import org.jspecify.annotations.NullMarked;
