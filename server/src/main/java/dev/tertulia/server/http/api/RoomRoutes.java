package dev.tertulia.server.http.api;

import dev.tertulia.server.chat.HistoryPage;
import dev.tertulia.server.chat.HistoryQuery;
import dev.tertulia.server.chat.RoomCommand;
import dev.tertulia.server.chat.RoomLog;
import dev.tertulia.server.http.Call;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.presence.Presence;
import dev.tertulia.server.protocol.CommandReader;
import dev.tertulia.server.protocol.EntryWriter;
import dev.tertulia.server.protocol.Field;
import dev.tertulia.server.protocol.Field.Name;
import dev.tertulia.server.protocol.Fields;
import dev.tertulia.server.protocol.RoomWriter;
import dev.tertulia.server.topic.Outcome;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/// Routes for rooms: messages, presence, members.
final class RoomRoutes {
  /// The maximum number of clients listed as present in a room.
  private static final int MOST_PRESENT = 200;

  /// The maximum length of a page of a list.
  private static final int MOST_LISTED = 1_000;

  private static final int LISTED = 100;

  private static final Field<String> AFTER = Field.text(Name.AFTER);
  private static final Field<Long> LIMIT = Field.limit(MOST_LISTED);
  private static final List<Field<?>> MESSAGE = withClient(CommandReader.CHAT);
  private static final List<Field<?>> HISTORY = withClient(CommandReader.HISTORY);

  /// A reader without reactions: the API does not ask for anyone's own.
  private static final ClientId NOBODY = new ClientId("~nobody");

  private final ApiServices parts;
  private final ApiMessages words;
  private final AppendAwaiter appendAwaiter;

  RoomRoutes(ApiServices parts) {
    this.parts = parts;
    words = ApiMessages.of(parts.language());
    appendAwaiter = new AppendAwaiter(parts.language());
  }

  private static List<Field<?>> withClient(List<Field<?>> fields) {
    return Stream.concat(Stream.of(Field.CLIENT), fields.stream()).toList();
  }

  /// Sends a message to a room.
  Response send(Call call) {
    Fields in = call.fieldsAndBody(MESSAGE);
    if (in == null) {
      return call.unsupportedBody();
    }
    ClientId client = in.require(Field.CLIENT);
    RoomCommand.Chat chat = CommandReader.chat(in);
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    if (!parts.access().maySend(client, chat.room())) {
      return Response.problem(
          new Refusal(
              ErrorCode.FORBIDDEN,
              words.notAllowed().formatted(client.value(), chat.room().value())));
    }
    AppendAwaiter.Settled settled =
        appendAwaiter.await(receipt -> parts.rooms().say(client, client.value(), chat, receipt));
    if (!(settled.outcome() instanceof Outcome.Stored stored)) {
      return Response.problem(Objects.requireNonNull(settled.refusal()));
    }
    return Response.json(
        201,
        JsonText.object(out -> {
          out.writeStringProperty("room", chat.room().value());
          if (stored.position() != null) {
            out.writeNumberProperty("offset", stored.position().offset())
                .writeStringProperty("pos", stored.position().toString());
          }
          out.writeStringProperty("id", stored.id()).writeNumberProperty("time", stored.time());
        }));
  }

  /// Returns a page of the messages of a room in their current state.
  Response history(Call call) {
    Fields in = call.fields(HISTORY);
    HistoryQuery query = CommandReader.history(in);
    ClientId reader = in.get(Field.CLIENT);
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    HistoryPage page = HistoryPage.read(parts.roomLog(), query, reader == null ? NOBODY : reader);
    return Response.json(200, RoomWriter.history(null, page));
  }

  /// Lists the rooms.
  Response list(Call call) {
    Fields in = call.fields(List.of(AFTER, LIMIT));
    String after = in.get(AFTER);
    int limit = in.get(LIMIT, LISTED);
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    List<RoomLog.KnownRoom> found = parts.roomLog().rooms(after == null ? "" : after, limit + 1);
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

  /// Lists the clients in a room.
  Response presence(Call call) {
    Fields in = call.fields(List.of());
    RoomName room = in.require(Field.ROOM);
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    Presence.Members present = parts.presence().members(room, MOST_PRESENT);
    return Response.json(200, RoomWriter.presence(null, room, present));
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
    int most = parts.access().mostMembers(room);
    AppendAwaiter.Settled settled =
        appendAwaiter.await(receipt -> parts.rooms().list(room, client, member, most, receipt));
    Refusal refusal = settled.refusal();
    if (refusal != null) {
      return Response.problem(
          refusal.code() == ErrorCode.CONFLICT
              ? new Refusal(ErrorCode.CONFLICT, words.full().formatted(room.value(), most))
              : refusal);
    }
    if (!member) {
      // Even if the client was not a member: a repeated request must have the same effect.
      parts.connected().expel(client, room);
    }
    return Response.empty(204, Map.of());
  }
}
