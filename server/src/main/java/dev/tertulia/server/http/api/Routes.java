package dev.tertulia.server.http.api;

import dev.tertulia.server.audit.AuditLog;
import dev.tertulia.server.auth.Action;
import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.http.HttpMeters;
import dev.tertulia.server.http.Route;
import dev.tertulia.server.http.Router;
import dev.tertulia.server.http.page.StaticFiles;
import java.util.List;
import java.util.stream.Stream;

/// The table of all HTTP addresses, what they need, and their handlers. Those of protocols, such as
/// `/ws/{client_id}`, are not part of it.
public final class Routes {
  private Routes() {}

  /// Creates the router of the table.
  ///
  /// @param description the description of the API
  /// @param ofOperator the routes of the operator on the machine
  /// @param meters count the requests
  /// @param guard receives failures of handlers
  public static Router router(
      StaticFiles files,
      Health health,
      Description description,
      ApiServices parts,
      List<Route> ofOperator,
      AuditLog audit,
      HttpMeters meters,
      EngineGuard guard) {
    RoomRoutes rooms = new RoomRoutes(parts);
    MessageRoutes messages = new MessageRoutes(parts);
    ClientRoutes clients = new ClientRoutes(parts);
    NotificationRoutes notices = new NotificationRoutes(parts);
    LedgerRoutes ledger = new LedgerRoutes(parts);
    InboxRoutes inbox = new InboxRoutes(parts);
    List<Route> table =
        List.of(
            new Route("GET", "/", Action.General.NOTHING, call -> files.page(call.request())),
            new Route(
                "GET",
                "/service-worker.js",
                Action.General.NOTHING,
                call -> files.serviceWorker(call.request())),
            new Route(
                "GET",
                "/static/**",
                Action.General.NOTHING,
                call -> files.under("/static/", call.request())),
            new Route(
                "GET",
                "/docs",
                Action.General.INSPECT,
                call -> files.get("docs.html", call.request()),
                // It contains nothing of this server, asks for a key, and reads the description.
                call -> files.whole("docs.html")),
            // It contains nothing of this server, and asks for a key.
            new Route(
                "GET",
                "/admin",
                Action.General.NOTHING,
                call -> files.get("admin.html", call.request())),
            new Route("GET", "/openapi.yaml", Action.General.INSPECT, call -> description.yaml()),
            new Route("GET", "/openapi.json", Action.General.INSPECT, call -> description.json()),
            new Route("GET", "/health/live", Action.General.NOTHING, health::live),
            new Route("GET", "/health/ready", Action.General.NOTHING, health::ready),
            new Route("GET", "/api/v1/rooms", Action.General.READ_ALL, rooms::list),
            new Route("POST", "/api/v1/rooms/{room}/messages", Action.InRoom.SEND, messages::send),
            new Route(
                "GET", "/api/v1/rooms/{room}/messages", Action.InRoom.READ, messages::history),
            new Route(
                "PATCH",
                "/api/v1/rooms/{room}/messages/{target}",
                Action.InRoom.AMEND,
                messages::edit),
            new Route(
                "DELETE",
                "/api/v1/rooms/{room}/messages/{target}",
                Action.InRoom.AMEND,
                messages::delete),
            new Route(
                "POST",
                "/api/v1/rooms/{room}/messages/{target}/reactions",
                Action.InRoom.SEND,
                messages::react),
            new Route("POST", "/api/v1/rooms/{room}/typing", Action.InRoom.SEND, messages::typing),
            new Route("PUT", "/api/v1/rooms/{room}/read", Action.InRoom.MARK, messages::read),
            new Route("GET", "/api/v1/rooms/{room}/presence", Action.InRoom.READ, rooms::presence),
            new Route(
                "GET", "/api/v1/rooms/{room}/members", Action.InRoom.LIST_MEMBERS, rooms::members),
            new Route(
                "PUT",
                "/api/v1/rooms/{room}/members/{client}",
                Action.General.ADMINISTER,
                rooms::addMember),
            new Route(
                "DELETE",
                "/api/v1/rooms/{room}/members/{client}",
                Action.General.ADMINISTER,
                rooms::removeMember),
            new Route(
                "POST",
                "/api/v1/clients/{client}/notifications",
                Action.OnClient.NOTIFY,
                notices::notifyOne),
            new Route(
                "GET",
                "/api/v1/clients/{client}/notifications",
                Action.General.READ_ALL,
                ledger::ofClient),
            new Route(
                "GET", "/api/v1/clients/{client}/inbox", Action.OnClient.READ_INBOX, inbox::page),
            new Route(
                "POST",
                "/api/v1/clients/{client}/inbox/read",
                Action.OnClient.MARK_INBOX,
                inbox::read),
            new Route(
                "POST",
                "/api/v1/clients/{client}/inbox/ack",
                Action.OnClient.MARK_INBOX,
                inbox::acknowledge),
            new Route(
                "POST",
                "/api/v1/clients/{client}/inbox/shown",
                Action.OnClient.MARK_INBOX,
                inbox::shown),
            new Route("POST", "/api/v1/notifications", Action.OnClient.NOTIFY, notices::notifySome),
            new Route("GET", "/api/v1/notifications/{id}", Action.General.READ_ALL, ledger::one),
            new Route(
                "DELETE", "/api/v1/notifications/{id}", Action.General.REVOKE, notices::revoke),
            new Route("POST", "/api/v1/broadcasts", Action.General.BROADCAST, notices::broadcast),
            new Route(
                "GET", "/api/v1/connections", Action.General.ADMINISTER, clients::connections),
            new Route(
                "GET", "/api/v1/clients/{client}", Action.General.ADMINISTER, clients::client),
            new Route(
                "GET",
                "/api/v1/clients/{client}/rooms",
                Action.OnClient.READ_INBOX,
                clients::rooms),
            new Route(
                "DELETE",
                "/api/v1/clients/{client}/connections",
                Action.General.ADMINISTER,
                clients::disconnect),
            new Route("GET", "/api/v1/stats", Action.General.ADMINISTER, clients::stats),
            new Route("GET", "/api/v1/admin/clients", Action.General.ADMINISTER, clients::known),
            new Route(
                "GET",
                "/api/v1/admin/clients/{client}/notifications",
                Action.General.ADMINISTER,
                ledger::ofClient),
            new Route(
                "POST",
                "/api/v1/admin/clients/{client}/notifications",
                Action.General.ADMINISTER,
                notices::notifyOne),
            new Route("GET", "/api/v1/admin/rooms", Action.General.ADMINISTER, rooms::list),
            new Route("GET", "/api/v1/admin/rooms/{room}", Action.General.ADMINISTER, rooms::room),
            new Route(
                "GET",
                "/api/v1/admin/rooms/{room}/messages",
                Action.General.ADMINISTER,
                messages::history));
    return new Router(
        Stream.concat(table.stream(), ofOperator.stream()).toList(),
        parts.language(),
        parts.atOnce(),
        parts.permissions(),
        audit,
        meters,
        guard);
  }
}
