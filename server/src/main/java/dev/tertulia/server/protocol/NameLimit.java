package dev.tertulia.server.protocol;

/// What bounds how many rooms and inboxes there are: each costs something for as long as it is
/// there, though nobody should ever use it again.
public enum NameLimit {
  /// Rooms, in all.
  ROOMS("limits.rooms"),
  /// Rooms that one client has to do with, when it wants to begin another.
  ROOMS_OF_A_CLIENT("limits.rooms_per_client"),
  /// Clients that have an inbox, in all.
  INBOXES("limits.inboxes"),
  /// Inboxes that one client has begun in a day by notifying those who were never there.
  INBOXES_BY_A_CLIENT("limits.inboxes_per_sender");

  private final String setting;

  NameLimit(String setting) {
    this.setting = setting;
  }

  /// The setting that says how many.
  public String setting() {
    return setting;
  }
}
