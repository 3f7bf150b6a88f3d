package dev.tertulia.server.http;

import dev.tertulia.server.chat.HistoryPage;
import dev.tertulia.server.chat.RoomLog;
import dev.tertulia.server.presence.Presence;
import dev.tertulia.server.protocol.ApiFields;
import dev.tertulia.server.protocol.ApiWords;
import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.ErrorCode;
import dev.tertulia.server.protocol.FullWriter;
import dev.tertulia.server.protocol.Refusal;
import dev.tertulia.server.protocol.Reply;
import dev.tertulia.server.protocol.Request.Chat;
import dev.tertulia.server.protocol.Request.History;
import dev.tertulia.server.protocol.RoomName;
import dev.tertulia.server.topic.Outcome;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// Rooms: what is said in them, who is there, who is on their lists.
final class RoomRoutes {
  /// The most members of a room that are listed as being there.
  private static final int MOST_PRESENT = 200;

  /// The most that a list has on one page.
  private static final int MOST_LISTED = 1_000;

  private static final int LISTED = 100;

  /// The most text on a page of messages, in bytes.
  private static final int PAGE_BYTES = 256 * 1024;

  /// Whose reactions nobody has asked for.
  private static final ClientId NOBODY = new ClientId("~nobody");

  private final ApiParts parts;
  private final ApiWords words;
  private final Settling settling;

  RoomRoutes(ApiParts parts) {
    this.parts = parts;
    words = ApiWords.of(parts.language());
    settling = new Settling(parts.language());
  }

  /// Says something in a room.
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
    Settling.Settled settled =
        settling.await(receipt -> parts.rooms().say(client, client.value(), chat, receipt));
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

  /// A page of a room's messages as they are now.
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
    return Response.json(200, parts.writer().reply(null, page));
  }

  /// The rooms that there are.
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
              out.writeBooleanProperty(FullWriter.UNREADABLE, true);
            }
            out.writeEndObject();
          }
          out.writeEndArray().writeBooleanProperty("more", found.size() > limit);
        }));
  }

  /// Who is in a room.
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
        200, parts.writer().reply(null, new Reply.Present(room, members, present.count())));
  }

  /// Who is on a room's list.
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

  /// Puts a client on a room's list.
  Answer addMember(Call call) {
    return changeList(call, true);
  }

  /// Takes a client off a room's list, and out of the room if that is for those on it alone.
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
    Settling.Settled settled =
        settling.await(receipt -> parts.rooms().list(room, client, member, most, receipt));
    Refusal refusal = settled.refusal();
    if (refusal != null) {
      return Response.problem(
          refusal.code() == ErrorCode.CONFLICT
              ? new Refusal(ErrorCode.CONFLICT, words.full().formatted(room.value(), most))
              : refusal);
    }
    if (!member) {
      // Also if it was on the list no more: whoever repeats a request wants to be sure.
      parts.connected().expel(client, room);
    }
    return Response.empty(204, Map.of());
  }

  private Response unsupported() {
    return Response.problem(415, ApiWords.invalid(words.unsupportedType()));
  }
}
