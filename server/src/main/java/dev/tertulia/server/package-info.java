/// The entrance: [Main] reads the arguments, [Server] builds every part by hand in one visible
/// place and closes them in reverse. It knows all packages, and no package knows it but the
/// commands.
@NullMarked
package dev.tertulia.server;

import org.jspecify.annotations.NullMarked;
