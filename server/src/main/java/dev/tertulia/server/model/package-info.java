/// The words that every floor shares: ids and names, entries, error codes, reasons for closing,
/// refusals and the languages they are written in. It knows no protocol.
@NullMarked
package dev.tertulia.server.model;

import org.jspecify.annotations.NullMarked;
