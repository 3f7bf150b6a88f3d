/// The model shared by all packages: ids and names, entries, error codes, close reasons, refusals
/// and languages. It knows no protocol.
@NullMarked
package dev.tertulia.server.model;

import org.jspecify.annotations.NullMarked;
