package dev.tertulia.server.storage;

/// Whether a journal can store entries at the moment.
///
/// @param cause why not, for operators; empty if it can
public record JournalHealth(boolean ok, String cause) {
  /// It can.
  public static final JournalHealth OK = new JournalHealth(true, "");
}
