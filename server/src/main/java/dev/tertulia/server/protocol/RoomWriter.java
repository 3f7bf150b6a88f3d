package dev.tertulia.server.protocol;

import dev.tertulia.server.chat.HistoryPage;
import dev.tertulia.server.chat.RoomLog;
import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.presence.PresenceStore;
import dev.tertulia.server.protocol.EntryWriter.EntryPosition;
import dev.tertulia.server.protocol.Received.Ref;
import dev.tertulia.server.topic.Position;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// Encodes what is asked about a room, for the full protocol and the HTTP API, as JSON in UTF-8.
/// Safe for any thread.
public final class RoomWriter {
  private RoomWriter() {}

  /// Encodes a page of messages in their current state.
  ///
  /// @param ref the `ref` of the request; `null` for none
  public static byte[] history(@Nullable Ref ref, HistoryPage page) {
    return JsonText.object(out -> {
      String room = page.room().value();
      Ref.begin(out, "history", ref)
          .writeStringProperty("room", room)
          .writeArrayPropertyStart("messages");
      for (RoomLog.Message message : page.messages()) {
        out.writeStartObject();
        message(out, room, message);
        out.writeEndObject();
      }
      out.writeEndArray().writeBooleanProperty("more", page.more());
      Position asOf = page.asOf();
      if (asOf != null) {
        out.writeStringProperty("pos", asOf.toString())
            .writeNumberProperty("offset", asOf.offset());
      }
    });
  }

  private static void message(JsonGenerator out, String room, RoomLog.Message message) {
    EntryPosition position =
        EntryPosition.of(Objects.requireNonNull(message.publication().position()));
    EntryWriter.chat(
        out,
        message.chat(),
        room,
        position,
        message.publication().time(),
        message.publication().id());
    if (message.isUnreadable()) {
      out.writeBooleanProperty(EntryWriter.UNREADABLE, true);
    }
    if (message.edited() != null) {
      out.writeNumberProperty("edited", message.edited());
    }
    if (!message.reactions().isEmpty()) {
      out.writeArrayPropertyStart("reactions");
      for (RoomLog.Reactions reactions : message.reactions()) {
        out.writeStartObject()
            .writeStringProperty("emoji", reactions.emoji())
            .writeNumberProperty("count", reactions.count())
            .writeBooleanProperty("mine", reactions.mine())
            .writeEndObject();
      }
      out.writeEndArray();
    }
  }

  /// Encodes the rooms of a client.
  ///
  /// @param ref the `ref` of the request; `null` for none
  public static byte[] rooms(@Nullable Ref ref, List<RoomLog.RoomState> rooms) {
    return JsonText.object(out -> list(Ref.begin(out, "rooms", ref), rooms));
  }

  /// Writes the rooms of a client, in an object that was begun.
  public static void list(JsonGenerator out, List<RoomLog.RoomState> rooms) {
    out.writeArrayPropertyStart("rooms");
    for (RoomLog.RoomState room : rooms) {
      out.writeStartObject()
          .writeStringProperty("room", room.room().value())
          .writeNumberProperty("head", room.head())
          .writeNumberProperty("read", room.read())
          .writeNumberProperty("unread", room.unread());
      if (room.unreadable()) {
        out.writeBooleanProperty(EntryWriter.UNREADABLE, true);
      }
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  /// Encodes the clients in a room.
  ///
  /// @param ref the `ref` of the request; `null` for none
  public static byte[] presence(@Nullable Ref ref, RoomName room, PresenceStore.Members present) {
    return JsonText.object(out -> writePresence(out, ref, room, present));
  }

  /// Writes the fields of the same.
  public static void writePresence(
      JsonGenerator out, @Nullable Ref ref, RoomName room, PresenceStore.Members present) {
    Ref.begin(out, "presence", ref)
        .writeStringProperty("room", room.value())
        .writeArrayPropertyStart("members");
    for (PresenceStore.Member member : present.members()) {
      out.writeStartObject()
          .writeStringProperty("client", member.client().value())
          .writeStringProperty("name", member.name())
          .writeEndObject();
    }
    out.writeEndArray().writeNumberProperty("count", present.count());
  }
}
