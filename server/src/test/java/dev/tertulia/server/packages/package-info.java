/// Tests of what is installed: the archive, the package for Debian, the image.
@NullMarked
package dev.tertulia.server.packages;

import org.jspecify.annotations.NullMarked;
