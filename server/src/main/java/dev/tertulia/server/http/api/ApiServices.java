package dev.tertulia.server.http.api;

import dev.tertulia.server.chat.RoomLog;
import dev.tertulia.server.chat.Rooms;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.notification.InboxLog;
import dev.tertulia.server.notification.Notifications;
import dev.tertulia.server.presence.Presence;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// What the routes of the API need.
///
/// @param atOnce the maximum number of requests in progress
/// @param stats the current counts and rates
/// @param unixMillis the clock
public record ApiServices(
    Language language,
    Rooms rooms,
    RoomLog roomLog,
    Notifications notifications,
    InboxLog inboxLog,
    Presence presence,
    ClientDirectory connected,
    RoomAccess access,
    int atOnce,
    Supplier<Stats> stats,
    LongSupplier unixMillis) {}
