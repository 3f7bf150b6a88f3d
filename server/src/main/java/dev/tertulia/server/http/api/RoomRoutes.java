package dev.tertulia.server.http.api;

import dev.tertulia.server.chat.RoomLog;
import dev.tertulia.server.http.Call;
import dev.tertulia.server.http.MissingNodes;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Partial;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.presence.PresenceStore;
import dev.tertulia.server.protocol.EntryWriter;
import dev.tertulia.server.protocol.Field;
import dev.tertulia.server.protocol.Field.Name;
import dev.tertulia.server.protocol.Fields;
import dev.tertulia.server.protocol.RoomWriter;
import java.util.List;
import java.util.Map;

/// Routes for rooms: their list, presence, members.
final class RoomRoutes {
  /// The maximum number of clients listed as present in a room.
  private static final int MOST_PRESENT = 200;

  /// The maximum length of a page of a list.
  private static final int MOST_LISTED = 1_000;

  private static final int LISTED = 100;

  private static final Field<String> AFTER = Field.text(Name.AFTER);
  private static final Field<Long> LIMIT = Field.limit(MOST_LISTED);

  private final ApiServices parts;
  private final ApiMessages words;
  private final AppendAwaiter appendAwaiter;

  RoomRoutes(ApiServices parts) {
    this.parts = parts;
    words = ApiMessages.of(parts.language());
    appendAwaiter = new AppendAwaiter(parts.language());
  }

  /// Lists the rooms.
  Response list(Call call) {
    Fields in = call.fields(List.of(Field.PREFIX, AFTER, LIMIT));
    String prefix = in.get(Field.PREFIX);
    String after = in.get(AFTER);
    int limit = in.get(LIMIT, LISTED);
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    List<RoomLog.KnownRoom> found =
        parts.roomLog().rooms(prefix == null ? "" : prefix, after == null ? "" : after, limit + 1);
    List<RoomLog.KnownRoom> page = found.subList(0, Math.min(limit, found.size()));
    return Response.json(
        200,
        JsonText.object(out -> {
          out.writeArrayPropertyStart("rooms");
          for (RoomLog.KnownRoom room : page) {
            out.writeStartObject()
                .writeStringProperty("room", room.room().value())
                .writeNumberProperty("head", room.head())
                .writeNumberProperty("members", room.members())
                .writeNumberProperty("present", parts.presence().count(room.room()));
            if (room.unreadable()) {
              out.writeBooleanProperty(EntryWriter.UNREADABLE, true);
            }
            out.writeEndObject();
          }
          out.writeEndArray().writeBooleanProperty("more", found.size() > limit);
        }));
  }

  /// Shows the rules of a room, its members and who is there.
  Response room(Call call) {
    Fields in = call.fields(List.of());
    RoomName room = in.require(Field.ROOM);
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    RoomLog.KnownRoom known =
        parts.roomLog().rooms(room.value(), "", 1).stream()
            .filter(first -> first.room().equals(room))
            .findFirst()
            .orElse(new RoomLog.KnownRoom(room, 0, 0));
    RoomLog.Members members = parts.roomLog().members(room, "", LISTED);
    Partial<PresenceStore.Members> found = parts.presence().members(room, MOST_PRESENT).join();
    PresenceStore.Members present = found.value();
    RoomSettings settings = parts.settings().apply(room);
    return Response.json(
        200,
        JsonText.object(out -> {
          out.writeStringProperty("room", room.value())
              .writeNumberProperty("head", known.head())
              .writeNumberProperty("members", known.members())
              .writeNumberProperty("present", present.count());
          if (known.unreadable()) {
            out.writeBooleanProperty(EntryWriter.UNREADABLE, true);
          }
          settings.write(out.writeObjectPropertyStart("settings"));
          out.writeEndObject().writeArrayPropertyStart("first_members");
          members.clients().forEach(client -> out.writeString(client.value()));
          out.writeEndArray().writeArrayPropertyStart("first_present");
          for (PresenceStore.Member member : present.members()) {
            out.writeStartObject()
                .writeStringProperty("client", member.client().value())
                .writeStringProperty("sender", member.name())
                .writeEndObject();
          }
          MissingNodes.write(out.writeEndArray(), found);
        }));
  }

  /// Lists the clients in a room.
  Response presence(Call call) {
    Fields in = call.fields(List.of());
    RoomName room = in.require(Field.ROOM);
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    Partial<PresenceStore.Members> present = parts.presence().members(room, MOST_PRESENT).join();
    return Response.json(
        200,
        JsonText.object(out -> {
          RoomWriter.writePresence(out, null, room, present.value());
          MissingNodes.write(out, present);
        }));
  }

  /// Lists the members of a room.
  Response members(Call call) {
    Fields in = call.fields(List.of(AFTER, LIMIT));
    RoomName room = in.require(Field.ROOM);
    String after = in.get(AFTER);
    int limit = in.get(LIMIT, LISTED);
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    RoomLog.Members found = parts.roomLog().members(room, after == null ? "" : after, limit);
    return Response.json(
        200,
        JsonText.object(out -> {
          out.writeStringProperty("room", room.value()).writeArrayPropertyStart("members");
          found.clients().forEach(client -> out.writeString(client.value()));
          out.writeEndArray().writeBooleanProperty("more", found.more());
        }));
  }

  /// Adds a member to a room.
  Response addMember(Call call) {
    return changeList(call, true);
  }

  /// Removes a member from a room, and from the room itself if it is for members only.
  Response removeMember(Call call) {
    return changeList(call, false);
  }

  private Response changeList(Call call, boolean member) {
    Fields in = call.fields(List.of());
    RoomName room = in.require(Field.ROOM);
    ClientId client = in.require(Field.CLIENT);
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    int most = parts.mostMembers().applyAsInt(room);
    AppendAwaiter.Settled settled =
        appendAwaiter.await(receipt -> parts.rooms().list(room, client, member, most, receipt));
    Refusal refusal = settled.refusal();
    if (refusal != null) {
      return Response.problem(
          refusal.code() == ErrorCode.CONFLICT
              ? new Refusal(ErrorCode.CONFLICT, words.full().formatted(room.value(), most))
              : refusal);
    }
    // Even if nothing has changed: a repeated request must have the same effect.
    parts.connected().expel(client, room);
    return Response.empty(204, Map.of());
  }
}
