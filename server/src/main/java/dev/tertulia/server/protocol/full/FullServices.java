package dev.tertulia.server.protocol.full;

import dev.tertulia.server.protocol.EntryWriter;
import dev.tertulia.server.protocol.ProtocolServices;

/// What all connections of the full protocol share.
///
/// @param server what the server offers to all protocols
/// @param pages the memory of pages, shared by all that read pages for connections
public record FullServices(
    ProtocolServices server, RequestReader reader, EntryWriter writer, PageBudget pages) {
  public FullServices(ProtocolServices server, PageBudget pages) {
    this(server, new RequestReader(server.language()), EntryWriter.of(server.language()), pages);
  }
}
