package dev.tertulia.server.storage;

/// Limits on the number of rooms and inboxes. Existing ones are served regardless of the limits.
///
/// @param rooms in one database
/// @param roomsPerClient how many rooms a client may take part in when it creates another by
///   sending to it
/// @param inboxes the number of clients with an inbox: those that have connected or were notified
/// @param inboxesPerSender how many inboxes a client may create in a day by notifying clients that
///   have never connected
public record NameBounds(long rooms, int roomsPerClient, long inboxes, int inboxesPerSender) {
  /// No limits.
  public static final NameBounds NONE =
      new NameBounds(Long.MAX_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE, Integer.MAX_VALUE);
}
