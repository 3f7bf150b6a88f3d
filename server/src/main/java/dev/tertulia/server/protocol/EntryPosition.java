package dev.tertulia.server.protocol;

/// The position of an entry in the log of its topic, as clients see it.
///
/// @param offset rises within a topic, not always by one
/// @param pos what a client keeps and sends back to resume there; opaque to it
public record EntryPosition(long offset, String pos) {}
