package dev.tertulia.server.http.api;

import dev.tertulia.server.chat.RoomLog;
import dev.tertulia.server.http.Call;
import dev.tertulia.server.http.MissingNodes;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Partial;
import dev.tertulia.server.notification.InboxLog;
import dev.tertulia.server.notification.InboxLog.Visits;
import dev.tertulia.server.protocol.Field;
import dev.tertulia.server.protocol.Field.Name;
import dev.tertulia.server.protocol.Fields;
import dev.tertulia.server.protocol.RoomWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Routes for clients, their connections, and statistics.
final class ClientRoutes {
  /// The maximum length of a page of a list.
  private static final int MOST_LISTED = 1_000;

  private static final int LISTED = 100;

  private static final Field<String> AFTER = Field.text(Name.AFTER);
  private static final Field<Long> LIMIT = Field.limit(MOST_LISTED);

  private final ApiServices parts;

  ClientRoutes(ApiServices parts) {
    this.parts = parts;
  }

  /// Lists the connected clients.
  Response connections(Call call) {
    Fields in = call.fields(List.of(Field.PREFIX, AFTER, LIMIT));
    String prefix = in.get(Field.PREFIX);
    String after = in.get(AFTER);
    int limit = in.get(LIMIT, LISTED);
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    Partial<List<ClientDirectory.Client>> answer =
        parts
            .connected()
            .clients(prefix == null ? "" : prefix, after == null ? "" : after, limit + 1);
    List<ClientDirectory.Client> found = answer.value();
    List<ClientDirectory.Client> page = found.subList(0, Math.min(limit, found.size()));
    Partial<ClientDirectory.Totals> totals = parts.connected().totals();
    return Response.json(
        200,
        JsonText.object(out -> {
          out.writeArrayPropertyStart("clients");
          for (ClientDirectory.Client client : page) {
            out.writeStartObject()
                .writeStringProperty("client", client.client().value())
                .writeNumberProperty("connections", client.connections())
                .writeEndObject();
          }
          out.writeEndArray()
              .writeBooleanProperty("more", found.size() > limit)
              .writeNumberProperty("total_clients", totals.value().clients())
              .writeNumberProperty("total_connections", totals.value().connections());
          MissingNodes.write(out, answer, totals);
        }));
  }

  /// Lists the clients that are connected or have an inbox.
  Response known(Call call) {
    Fields in = call.fields(List.of(Field.PREFIX, AFTER, LIMIT));
    String prefix = Objects.requireNonNullElse(in.get(Field.PREFIX), "");
    String after = Objects.requireNonNullElse(in.get(AFTER), "");
    int limit = in.get(LIMIT, LISTED);
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    TreeMap<String, @Nullable Visits> found = new TreeMap<>();
    Map<String, Integer> connections = new HashMap<>();
    Partial<List<ClientDirectory.Client>> connected =
        parts.connected().clients(prefix, after, limit + 1);
    for (ClientDirectory.Client client : connected.value()) {
      found.put(client.client().value(), null);
      connections.put(client.client().value(), client.connections());
    }
    for (Visits visits : parts.inboxLog().clients(prefix, after, limit + 1)) {
      found.put(visits.client().value(), visits);
    }
    return Response.json(
        200,
        JsonText.object(out -> {
          out.writeArrayPropertyStart("clients");
          found.entrySet().stream()
              .limit(limit)
              .forEach(client -> {
                out.writeStartObject()
                    .writeStringProperty("client", client.getKey())
                    .writeNumberProperty(
                        "connections", connections.getOrDefault(client.getKey(), 0));
                LedgerRoutes.seen(out, client.getValue());
                out.writeEndObject();
              });
          out.writeEndArray().writeBooleanProperty("more", found.size() > limit);
          MissingNodes.write(out, connected);
        }));
  }

  /// Shows the connections, devices and rooms of a client.
  Response client(Call call) {
    Fields in = call.fields(List.of());
    ClientId client = in.require(Field.CLIENT);
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    Partial<List<ClientDirectory.One>> connections = parts.connected().of(client);
    List<RoomLog.RoomState> rooms = parts.roomLog().of(client, MOST_LISTED);
    InboxLog inboxes = parts.inboxLog();
    Visits visits = inboxes.visits(client);
    int unread = inboxes.unread(client);
    List<InboxLog.Device> devices = inboxes.devices(client);
    long now = parts.unixMillis().getAsLong();
    return Response.json(
        200,
        JsonText.object(out -> {
          out.writeStringProperty("client", client.value());
          LedgerRoutes.seen(out, visits);
          out.writeNumberProperty("unread", unread).writeArrayPropertyStart("devices");
          for (InboxLog.Device device : devices) {
            out.writeStartObject()
                .writeStringProperty("device", device.device())
                .writeNumberProperty("heard", device.heard())
                .writeEndObject();
          }
          out.writeEndArray().writeArrayPropertyStart("connections");
          for (ClientDirectory.One one : connections.value()) {
            out.writeStartObject();
            if (!one.name().isEmpty()) {
              out.writeStringProperty("connection", one.name());
            }
            out.writeStringProperty("protocol", one.speaks())
                .writeNumberProperty("since", now - one.age().toMillis())
                .writeNumberProperty("waiting_bytes", one.waitingBytes())
                .writeArrayPropertyStart("rooms");
            one.rooms().forEach(room -> out.writeString(room.value()));
            out.writeEndArray().writeEndObject();
          }
          RoomWriter.list(out.writeEndArray(), rooms);
          MissingNodes.write(out, connections);
        }));
  }

  /// Returns the rooms of a client.
  Response rooms(Call call) {
    Fields in = call.fields(List.of());
    ClientId client = in.require(Field.CLIENT);
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    List<RoomLog.RoomState> rooms = parts.roomLog().of(client, MOST_LISTED);
    return Response.json(200, RoomWriter.rooms(null, rooms));
  }

  /// Closes all connections of a client.
  Response disconnect(Call call) {
    Fields in = call.fields(List.of());
    ClientId client = in.require(Field.CLIENT);
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    Partial<Integer> closed = parts.connected().disconnect(client);
    return Response.json(
        200,
        JsonText.object(out -> {
          out.writeNumberProperty("disconnected", closed.value());
          MissingNodes.write(out, closed);
        }));
  }

  /// Shows counts and rates.
  Response stats(Call call) {
    Fields in = call.fields(List.of());
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    Stats stats = parts.stats().get();
    Partial<ClientDirectory.Totals> totals = parts.connected().totals();
    return Response.json(
        200,
        JsonText.object(out -> {
          out.writeNumberProperty("uptime", stats.uptime().toMillis())
              .writeNumberProperty("connections", totals.value().connections())
              .writeNumberProperty("clients", totals.value().clients())
              .writeNumberProperty("sockets", stats.sockets())
              .writeNumberProperty("rooms", stats.rooms())
              .writeNumberProperty("topics", stats.topics())
              .writeObjectPropertyStart("published");
          new TreeMap<>(stats.kinds())
              .forEach((kind, flow) ->
                  out.writeObjectPropertyStart(kind)
                      .writeNumberProperty("total", flow.total())
                      .writeNumberProperty("per_second", flow.perSecond())
                      .writeEndObject());
          out.writeEndObject().writeObjectPropertyStart("limits");
          new TreeMap<>(stats.limits()).forEach(out::writeNumberProperty);
          out.writeEndObject()
              .writeObjectPropertyStart("journal")
              .writeBooleanProperty("ok", stats.trouble().isEmpty());
          if (!stats.trouble().isEmpty()) {
            out.writeStringProperty("cause", stats.trouble());
          }
          out.writeEndObject();
          MissingNodes.write(out, totals);
        }));
  }
}
