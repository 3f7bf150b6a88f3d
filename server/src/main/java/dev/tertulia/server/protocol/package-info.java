/// The words of the wire: a sealed record for every message, the codec between them and JSON, and
/// the codes of refusals and closings. Everybody may know this package. It knows nobody: neither
/// sockets nor topics nor who is connected.
@NullMarked
package dev.tertulia.server.protocol;

import org.jspecify.annotations.NullMarked;
