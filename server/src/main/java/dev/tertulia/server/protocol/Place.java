package dev.tertulia.server.protocol;

/// Where an entry stands in the log of its topic, as clients are told.
///
/// @param offset rises within a topic, not always by one
/// @param pos what a client keeps and gives back to go on from there; opaque to it
public record Place(long offset, String pos) {}
