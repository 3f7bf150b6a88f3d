package dev.tertulia.server.storage;

/// Whether a journal can store now.
///
/// @param cause why not, in words for whoever operates the server; empty if it can
public record JournalHealth(boolean ok, String cause) {
  /// It can.
  public static final JournalHealth OK = new JournalHealth(true, "");
}
