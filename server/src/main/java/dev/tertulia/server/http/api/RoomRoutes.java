package dev.tertulia.server.http.api;

import dev.tertulia.server.chat.HistoryPage;
import dev.tertulia.server.chat.RoomLog;
import dev.tertulia.server.http.Answer;
import dev.tertulia.server.http.Call;
import dev.tertulia.server.http.Json;
import dev.tertulia.server.http.Response;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.presence.Presence;
import dev.tertulia.server.protocol.EntryWriter;
import dev.tertulia.server.protocol.full.FullWriter;
import dev.tertulia.server.protocol.full.Reply;
import dev.tertulia.server.protocol.full.Request.Chat;
import dev.tertulia.server.protocol.full.Request.History;
import dev.tertulia.server.topic.Outcome;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// Routes for rooms: messages, presence, members.
final class RoomRoutes {
  /// The maximum number of clients listed as present in a room.
  private static final int MOST_PRESENT = 200;

  /// The maximum length of a page of a list.
  private static final int MOST_LISTED = 1_000;

  private static final int LISTED = 100;

  /// The maximum size of the texts of a page of messages, in bytes.
  private static final int PAGE_BYTES = 256 * 1024;

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

  /// Sends a message to a room.
  Answer send(Call call) {
    ApiFields in =
        call.fieldsAndBody(
            Set.of("client", "sender", "message", "id", "reply_to", "data"), Set.of("reply_to"));
    if (in == null) {
      return unsupported();
    }
    ClientId client = in.client("client");
    Chat chat = in.chat();
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
        Json.object(out -> {
          out.writeStringProperty("room", chat.room().value());
          if (stored.position() != null) {
            out.writeNumberProperty("offset", stored.position().offset())
                .writeStringProperty("pos", stored.position().toString());
          }
          out.writeStringProperty("id", stored.id()).writeNumberProperty("time", stored.time());
        }));
  }

  /// Returns a page of the messages of a room in their current state.
  Answer history(Call call) {
    ApiFields in =
        call.fields(
            Set.of("before", "after", "limit", "client"), Set.of("before", "after", "limit"));
    History asked = in.history();
    ClientId reader = in.optionalClient("client");
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    Reply.History page =
        HistoryPage.read(parts.roomLog(), asked, reader == null ? NOBODY : reader, PAGE_BYTES);
    return Response.json(200, FullWriter.reply(null, page));
  }

  /// Lists the rooms.
  Answer list(Call call) {
    ApiFields in = call.fields(Set.of("after", "limit"), Set.of("limit"));
    String after = in.text("after");
    int limit = in.limit(LISTED, MOST_LISTED);
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    List<RoomLog.KnownRoom> found = parts.roomLog().rooms(after == null ? "" : after, limit + 1);
    List<RoomLog.KnownRoom> page = found.subList(0, Math.min(limit, found.size()));
    return Response.json(
        200,
        Json.object(out -> {
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
  Answer presence(Call call) {
    ApiFields in = call.fields(Set.of(), Set.of());
    RoomName room = in.room();
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    Presence.Members present = parts.presence().members(room, MOST_PRESENT);
    List<Reply.Member> members =
        present.members().stream()
            .map(member -> new Reply.Member(member.client(), member.name()))
            .toList();
    return Response.json(
        200, FullWriter.reply(null, new Reply.Present(room, members, present.count())));
  }

  /// Lists the members of a room.
  Answer members(Call call) {
    ApiFields in = call.fields(Set.of("after", "limit"), Set.of("limit"));
    RoomName room = in.room();
    String after = in.text("after");
    int limit = in.limit(LISTED, MOST_LISTED);
    if (in.problem() != null) {
      return Response.problem(in.problem());
    }
    RoomLog.Members found = parts.roomLog().members(room, after == null ? "" : after, limit);
    return Response.json(
        200,
        Json.object(out -> {
          out.writeStringProperty("room", room.value()).writeArrayPropertyStart("members");
          found.clients().forEach(client -> out.writeString(client.value()));
          out.writeEndArray().writeBooleanProperty("more", found.more());
        }));
  }

  /// Adds a member to a room.
  Answer addMember(Call call) {
    return changeList(call, true);
  }

  /// Removes a member from a room, and from the room itself if it is for members only.
  Answer removeMember(Call call) {
    return changeList(call, false);
  }

  private Answer changeList(Call call, boolean member) {
    ApiFields in = call.fields(Set.of(), Set.of());
    RoomName room = in.room();
    ClientId client = in.client("client");
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

  private Response unsupported() {
    return Response.problem(415, ApiMessages.invalid(words.unsupportedType()));
  }
}
