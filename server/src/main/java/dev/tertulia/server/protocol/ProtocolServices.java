package dev.tertulia.server.protocol;

import dev.tertulia.server.auth.Permissions;
import dev.tertulia.server.auth.token.Authenticator;
import dev.tertulia.server.chat.RoomLog;
import dev.tertulia.server.chat.Rooms;
import dev.tertulia.server.connection.ReadFaultLog;
import dev.tertulia.server.connection.ReaderThreads;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.notification.InboxLog;
import dev.tertulia.server.notification.Notifications;
import dev.tertulia.server.topic.Log;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// What a server offers to its protocols. All parts are safe for any thread.
///
/// @param authenticator verifies the tokens that clients send after the handshake
/// @param readers threads that may block on a disk
/// @param readFaultLog receives failed reads
/// @param connectionNames generates connection ids
/// @param unixMillis the clock of the journal
/// @param meters what protocols measure is added to them
public record ProtocolServices(
    Language language,
    Rooms rooms,
    RoomLog roomLog,
    Notifications notifications,
    InboxLog inboxLog,
    Log log,
    Permissions permissions,
    Authenticator authenticator,
    ReaderThreads readers,
    ReadFaultLog readFaultLog,
    Supplier<String> connectionNames,
    LongSupplier unixMillis,
    Meters meters) {}
