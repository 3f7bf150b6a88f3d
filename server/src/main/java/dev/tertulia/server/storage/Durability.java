package dev.tertulia.server.storage;

/// The durability of a topic.
public enum Durability {
  /// All of it, on the disk, as far as its retention goes.
  DURABLE,
  /// All of it as far as its retention goes, until the server stops.
  MEMORY,
  /// Nothing: its entries have no offsets, and can't be amended.
  SIGNAL
}
