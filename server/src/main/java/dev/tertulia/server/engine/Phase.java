package dev.tertulia.server.engine;

/// The phases of a server, in their order. Each is entered at most once, and none is returned to.
public enum Phase {
  /// The port is open, and the storage is being opened: nothing is served but health.
  STARTING,
  /// Everything is served.
  READY,
  /// The end has been requested: everything is still served for a while, then connections are
  /// closed, a part at a time.
  DRAINING,
  /// What is left is being closed.
  STOPPING
}
