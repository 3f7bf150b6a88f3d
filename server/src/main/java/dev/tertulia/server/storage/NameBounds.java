package dev.tertulia.server.storage;

/// How many rooms and inboxes there may be. What there is already is served, whatever the bounds.
///
/// @param rooms in one database
/// @param roomsPerClient that a client may have to do with when it begins another by speaking there
/// @param inboxes clients that have one, connected once or notified
/// @param inboxesPerSender that a client may begin in a day by notifying those who were never there
public record NameBounds(long rooms, int roomsPerClient, long inboxes, int inboxesPerSender) {
  /// As many as anybody wants.
  public static final NameBounds NONE =
      new NameBounds(Long.MAX_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE, Integer.MAX_VALUE);
}
