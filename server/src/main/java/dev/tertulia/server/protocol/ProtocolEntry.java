package dev.tertulia.server.protocol;

/// One entry of the table of protocols. A server makes its protocols in two steps, because the log
/// publishes in all formats from the moment it is open, and protocols need the log.
@FunctionalInterface
public interface ProtocolEntry {
  /// Adds the formats of the protocol.
  ///
  /// @return the second step
  Constructor addFormats(Formats formats);

  /// Makes the protocol.
  @FunctionalInterface
  interface Constructor {
    Protocol create(ProtocolServices services);
  }
}
