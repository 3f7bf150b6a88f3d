/// Tests of what is believed of proxies.
@NullMarked
package dev.tertulia.server.net.proxy;

import org.jspecify.annotations.NullMarked;
