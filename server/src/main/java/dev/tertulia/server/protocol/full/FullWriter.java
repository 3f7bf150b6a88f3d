package dev.tertulia.server.protocol.full;

import dev.tertulia.server.chat.RoomLog;
import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.protocol.EntryWriter;
import dev.tertulia.server.protocol.ErrorWriter;
import dev.tertulia.server.protocol.Received.Ref;
import dev.tertulia.server.protocol.RoomWriter;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// Encodes replies for clients of the full protocol, as JSON in UTF-8.
///
/// Safe for any thread. All texts must be valid Unicode, without unpaired surrogates.
public final class FullWriter {
  /// The estimated size of a reply without the messages in it, in bytes.
  private static final int AROUND_MESSAGES = 512;

  private FullWriter() {}

  /// Encodes a reply to one connection.
  ///
  /// @param ref the `ref` of the request; `null` for none
  public static byte[] reply(@Nullable Ref ref, Reply reply) {
    return switch (reply) {
      case Reply.Joined joined -> joined(ref, joined);
      case Reply.InboxOpened opened ->
          listing(
              ref,
              "inbox",
              out ->
                  out.writeBooleanProperty("recovered", opened.recovered())
                      .writeStringProperty("pos", opened.pos()),
              "notifications",
              opened.notifications(),
              out -> out.writeBooleanProperty("more", opened.more()));
      case Reply.Inbox inbox ->
          listing(
              ref,
              "inbox",
              out -> {},
              "notifications",
              inbox.notifications(),
              out ->
                  out.writeNumberProperty("unread", inbox.unread())
                      .writeBooleanProperty("more", inbox.more()));
      case Reply.InboxCaughtUp caughtUp ->
          JsonText.object(out ->
              Ref.begin(out, "caught_up", ref)
                  .writeBooleanProperty("inbox", true)
                  .writeStringProperty("pos", caughtUp.pos()));
      case Reply.Notified notified ->
          JsonText.object(out ->
              Ref.begin(out, "ok", ref)
                  .writeStringProperty("id", notified.id())
                  .writeNumberProperty("time", notified.time()));
      case Reply.Unread unread ->
          JsonText.object(
              out -> Ref.begin(out, "ok", ref).writeNumberProperty("unread", unread.unread()));
      case Reply.Welcome welcome -> JsonText.object(out -> welcome(out, ref, welcome));
      case Reply.Done done -> JsonText.object(out -> Ref.begin(out, "ok", ref));
      case Reply.Stored stored -> JsonText.object(out -> stored(out, ref, stored));
      case Reply.Marked marked ->
          JsonText.object(out ->
              Ref.begin(out, "ok", ref)
                  .writeStringProperty("room", marked.room().value())
                  .writeNumberProperty("offset", marked.offset()));
      case Reply.Refused refused -> JsonText.object(out -> refused(out, ref, refused));
      case Reply.CaughtUp caughtUp ->
          JsonText.object(out ->
              Ref.begin(out, "caught_up", ref)
                  .writeStringProperty("room", caughtUp.room().value())
                  .writeStringProperty("pos", caughtUp.pos()));
      case Reply.History history -> RoomWriter.history(ref, history.page());
      case Reply.Present present -> RoomWriter.presence(ref, present.room(), present.members());
      case Reply.Rooms rooms -> JsonText.object(out -> rooms(out, ref, rooms.rooms()));
    };
  }

  private static byte[] joined(@Nullable Ref ref, Reply.Joined joined) {
    return listing(
        ref,
        "joined",
        out -> {
          out.writeStringProperty("room", joined.room().value())
              .writeBooleanProperty("recovered", joined.recovered());
          if (joined.after() != null) {
            out.writeStringProperty("after", joined.after());
          }
        },
        "messages",
        joined.messages(),
        out ->
            out.writeBooleanProperty("more", joined.more())
                .writeNumberProperty("count", joined.count()));
  }

  /// Encodes a reply with a list of frames that are already encoded.
  private static byte[] listing(
      @Nullable Ref ref,
      String type,
      Consumer<JsonGenerator> before,
      String list,
      List<byte[]> frames,
      Consumer<JsonGenerator> after) {
    int size = AROUND_MESSAGES;
    for (byte[] frame : frames) {
      size += frame.length + 1;
    }
    return JsonText.object(
        size,
        (out, bytes) -> {
          before.accept(Ref.begin(out, type, ref));
          out.writeArrayPropertyStart(list);
          out.flush();
          readyMade(frames, bytes);
          after.accept(out.writeEndArray());
        });
  }

  private static void readyMade(List<byte[]> messages, ByteArrayOutputStream bytes) {
    boolean first = true;
    for (byte[] message : messages) {
      if (!first) {
        bytes.write(',');
      }
      bytes.writeBytes(message);
      first = false;
    }
  }

  private static void welcome(JsonGenerator out, @Nullable Ref ref, Reply.Welcome welcome) {
    Ref.begin(out, "welcome", ref)
        .writeNumberProperty("protocol", 1)
        .writeStringProperty("connection", welcome.connection())
        .writeStringProperty("client", welcome.client().value())
        .writeStringProperty("name", welcome.name())
        .writeNumberProperty("time", welcome.time())
        .writeNumberProperty("heartbeat", welcome.heartbeat().toMillis());
    if (welcome.unread() != null) {
      out.writeNumberProperty("unread", welcome.unread());
    }
    out.writeObjectPropertyStart("limits")
        .writeNumberProperty("message_bytes", welcome.limits().messageBytes())
        .writeNumberProperty("messages_per_second", welcome.limits().messagesPerSecond())
        .writeNumberProperty("burst", welcome.limits().burst())
        .writeEndObject();
  }

  private static void stored(JsonGenerator out, @Nullable Ref ref, Reply.Stored stored) {
    Ref.begin(out, "ok", ref).writeStringProperty("room", stored.room().value());
    EntryWriter.position(out, stored.entryPosition())
        .writeStringProperty("id", stored.id())
        .writeNumberProperty("time", stored.time());
  }

  private static void refused(JsonGenerator out, @Nullable Ref ref, Reply.Refused refused) {
    Ref.begin(out, "error", ref);
    if (refused.room() != null) {
      out.writeStringProperty("room", refused.room().value());
    }
    ErrorWriter.refusal(out, refused.refusal());
    if (refused.retryAfter() != null) {
      out.writeNumberProperty("retry_after", refused.retryAfter().toMillis());
    }
  }

  private static void rooms(JsonGenerator out, @Nullable Ref ref, List<RoomLog.RoomState> rooms) {
    Ref.begin(out, "rooms", ref).writeArrayPropertyStart("rooms");
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
}
