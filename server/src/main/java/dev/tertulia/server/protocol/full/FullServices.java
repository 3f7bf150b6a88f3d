package dev.tertulia.server.protocol.full;

import dev.tertulia.server.auth.Access;
import dev.tertulia.server.chat.RoomLog;
import dev.tertulia.server.chat.Rooms;
import dev.tertulia.server.connection.ReadFaultLog;
import dev.tertulia.server.connection.ReaderThreads;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.notification.InboxLog;
import dev.tertulia.server.notification.Notifications;
import dev.tertulia.server.protocol.EntryWriter;
import dev.tertulia.server.protocol.ProtocolServices;
import dev.tertulia.server.topic.Log;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// What all connections of the full protocol share.
///
/// @param readers threads that may block on a disk
/// @param pages the memory of pages that were read for connections
/// @param readFaultLog receives failed reads
/// @param connectionNames generates connection ids; any thread
/// @param unixMillis the clock of the journal
public record FullServices(
    RequestReader reader,
    EntryWriter writer,
    Language language,
    Rooms rooms,
    RoomLog roomLog,
    Notifications notifications,
    InboxLog inboxLog,
    Log log,
    Access access,
    ReaderThreads readers,
    PageBudget pages,
    ReadFaultLog readFaultLog,
    Supplier<String> connectionNames,
    LongSupplier unixMillis) {
  /// Takes the neutral services of the server.
  ///
  /// @param pages the memory of pages, shared by all that read pages for connections
  public static FullServices of(ProtocolServices services, PageBudget pages) {
    return new FullServices(
        new RequestReader(services.language()),
        EntryWriter.of(services.language()),
        services.language(),
        services.rooms(),
        services.roomLog(),
        services.notifications(),
        services.inboxLog(),
        services.log(),
        services.access(),
        services.readers(),
        pages,
        services.readFaultLog(),
        services.connectionNames(),
        services.unixMillis());
  }
}
