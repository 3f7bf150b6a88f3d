package dev.tertulia.server.http.api;

import dev.tertulia.server.auth.Permissions;
import dev.tertulia.server.chat.RoomLog;
import dev.tertulia.server.chat.Rooms;
import dev.tertulia.server.limits.ClientRates;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.notification.InboxLog;
import dev.tertulia.server.notification.Notifications;
import dev.tertulia.server.presence.PresenceStore;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/// What the routes of the API need.
///
/// @param permissions decide who may make a request
/// @param rates what a client may do, over WebSocket and HTTP together
/// @param mostMembers the maximum number of members of a room
/// @param settings what the configuration says about a room
/// @param atOnce the maximum number of requests in progress
/// @param stats the current counts and rates
/// @param unixMillis the clock
public record ApiServices(
    Language language,
    Rooms rooms,
    RoomLog roomLog,
    Notifications notifications,
    InboxLog inboxLog,
    PresenceStore presence,
    ClientDirectory connected,
    Permissions permissions,
    ClientRates rates,
    ToIntFunction<RoomName> mostMembers,
    Function<RoomName, RoomSettings> settings,
    int atOnce,
    Supplier<Stats> stats,
    LongSupplier unixMillis) {}
