/// Tests of what the operator of a running server does over loopback.
@NullMarked
package dev.tertulia.server.admin;

import org.jspecify.annotations.NullMarked;
