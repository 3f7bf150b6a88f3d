package dev.tertulia.server.model;

/// A limit on the number of rooms and inboxes. Each of them has a cost for as long as it exists,
/// even if it is never used again.
public enum NameLimit {
  /// The total number of rooms.
  ROOMS("limits.rooms"),
  /// The number of rooms that one client takes part in when it creates another.
  ROOMS_OF_A_CLIENT("limits.rooms_per_client"),
  /// The total number of clients with an inbox.
  INBOXES("limits.inboxes"),
  /// The number of inboxes that one client has created in a day by notifying clients that have
  /// never connected.
  INBOXES_BY_A_CLIENT("limits.inboxes_per_sender");

  private final String setting;

  NameLimit(String setting) {
    this.setting = setting;
  }

  /// The setting of the limit.
  public String setting() {
    return setting;
  }
}
