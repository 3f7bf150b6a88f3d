package dev.tertulia.server.http.api;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.http.Route;
import dev.tertulia.server.http.Router;
import dev.tertulia.server.http.page.StaticFiles;
import java.util.List;
import java.util.stream.Stream;

/// The table of all HTTP addresses and their handlers. Those of protocols, such as
/// `/ws/{client_id}`, are not part of it.
public final class Routes {
  private Routes() {}

  /// Creates the router of the table.
  ///
  /// @param description the description of the API
  /// @param ofOperator the routes of the operator on the machine
  /// @param guard receives failures of handlers
  public static Router router(
      StaticFiles files,
      Health health,
      Description description,
      ApiServices parts,
      List<Route> ofOperator,
      EngineGuard guard) {
    RoomRoutes rooms = new RoomRoutes(parts);
    MessageRoutes messages = new MessageRoutes(parts);
    ClientRoutes clients = new ClientRoutes(parts);
    NotificationRoutes notices = new NotificationRoutes(parts);
    LedgerRoutes ledger = new LedgerRoutes(parts);
    InboxRoutes inbox = new InboxRoutes(parts);
    List<Route> table =
        List.of(
            new Route("GET", "/", call -> files.page(call.request())),
            new Route("GET", "/service-worker.js", call -> files.serviceWorker(call.request())),
            new Route("GET", "/static/**", call -> files.under("/static/", call.request())),
            new Route("GET", "/docs", call -> files.get("docs.html", call.request())),
            new Route("GET", "/openapi.yaml", call -> description.yaml()),
            new Route("GET", "/openapi.json", call -> description.json()),
            new Route("GET", "/health/live", call -> health.live()),
            new Route("GET", "/health/ready", call -> health.ready()),
            new Route("GET", "/api/v1/rooms", rooms::list),
            new Route("POST", "/api/v1/rooms/{room}/messages", messages::send),
            new Route("GET", "/api/v1/rooms/{room}/messages", messages::history),
            new Route("PATCH", "/api/v1/rooms/{room}/messages/{target}", messages::edit),
            new Route("DELETE", "/api/v1/rooms/{room}/messages/{target}", messages::delete),
            new Route("POST", "/api/v1/rooms/{room}/messages/{target}/reactions", messages::react),
            new Route("POST", "/api/v1/rooms/{room}/typing", messages::typing),
            new Route("PUT", "/api/v1/rooms/{room}/read", messages::read),
            new Route("GET", "/api/v1/rooms/{room}/presence", rooms::presence),
            new Route("GET", "/api/v1/rooms/{room}/members", rooms::members),
            new Route("PUT", "/api/v1/rooms/{room}/members/{client}", rooms::addMember),
            new Route("DELETE", "/api/v1/rooms/{room}/members/{client}", rooms::removeMember),
            new Route("POST", "/api/v1/clients/{client}/notifications", notices::notifyOne),
            new Route("GET", "/api/v1/clients/{client}/notifications", ledger::ofClient),
            new Route("GET", "/api/v1/clients/{client}/inbox", inbox::page),
            new Route("POST", "/api/v1/clients/{client}/inbox/read", inbox::read),
            new Route("POST", "/api/v1/clients/{client}/inbox/ack", inbox::acknowledge),
            new Route("POST", "/api/v1/clients/{client}/inbox/shown", inbox::shown),
            new Route("POST", "/api/v1/notifications", notices::notifySome),
            new Route("GET", "/api/v1/notifications/{id}", ledger::one),
            new Route("DELETE", "/api/v1/notifications/{id}", notices::revoke),
            new Route("POST", "/api/v1/broadcasts", notices::broadcast),
            new Route("GET", "/api/v1/connections", clients::connections),
            new Route("GET", "/api/v1/clients/{client}", clients::client),
            new Route("GET", "/api/v1/clients/{client}/rooms", clients::rooms),
            new Route("DELETE", "/api/v1/clients/{client}/connections", clients::disconnect),
            new Route("GET", "/api/v1/stats", clients::stats));
    return new Router(
        Stream.concat(table.stream(), ofOperator.stream()).toList(),
        parts.language(),
        parts.atOnce(),
        guard);
  }
}
