package dev.tertulia.server.protocol.full;

import dev.tertulia.server.json.JsonObject;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.protocol.MessageFields;
import dev.tertulia.server.protocol.Ref;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// Encodes entries and replies for clients of the full protocol, as JSON in UTF-8.
///
/// Safe for any thread. All texts must be valid Unicode, without unpaired surrogates.
public final class FullWriter {
  /// The estimated size of a reply without the messages in it, in bytes.
  private static final int AROUND_MESSAGES = 512;

  /// The field that marks an unreadable entry.
  public static final String UNREADABLE = "unreadable";

  private final Language.Words words;

  public FullWriter(Language language) {
    words = language.words();
  }

  /// Encodes an entry as it is delivered, and as it appears in `messages` of a `joined`.
  ///
  /// @param topic the name of the room; ignored for notifications
  /// @param entryPosition `null` for entries that are not in a log
  /// @param time Unix milliseconds
  /// @param id the id given by the sender, or a generated one; ignored for signals
  public byte[] entry(
      Entry entry, String topic, @Nullable EntryPosition entryPosition, long time, String id) {
    return JsonObject.write(out -> {
      switch (entry) {
        case Entry.Chat chat -> {
          begin(out, "chat", topic, entryPosition);
          writeChat(out, chat, id, time);
        }
        case Entry.Edit edit -> {
          amendment(out, "edited", topic, entryPosition, edit);
          if (edit.message() == null) {
            out.writeBooleanProperty("deleted", true);
          } else {
            out.writeStringProperty("message", edit.message());
          }
          out.writeNumberProperty("time", time);
        }
        case Entry.Deletion deletion ->
            amendment(out, "deleted", topic, entryPosition, deletion)
                .writeNumberProperty("time", time);
        case Entry.Reaction reaction ->
            amendment(out, "reaction", topic, entryPosition, reaction)
                .writeStringProperty("emoji", reaction.emoji())
                .writeBooleanProperty("removed", reaction.removed())
                .writeNumberProperty("time", time);
        case Entry.Notification notification -> {
          String pos = entryPosition == null ? null : entryPosition.pos();
          writeNotification(out, notification, pos, time, id, /* read= */ false);
        }
        case Entry.InboxRead read -> {
          out.writeStringProperty("type", "inbox_read");
          if (read.upTo() == null) {
            out.writeArrayPropertyStart("ids");
            read.ids().forEach(out::writeString);
            out.writeEndArray();
          } else {
            out.writeStringProperty("up_to", read.upTo());
          }
          out.writeNumberProperty("unread", read.unread());
          position(out, entryPosition);
        }
        case Entry.Revocation revocation -> {
          out.writeStringProperty("type", "notification_revoked")
              .writeStringProperty("id", revocation.id());
          if (revocation.unread() != null) {
            out.writeNumberProperty("unread", revocation.unread());
          }
          position(out, entryPosition);
        }
        case Entry.Unreadable unreadable ->
            writeUnreadable(out, unreadable, topic, entryPosition, time, id);
        case Entry.Departure departure ->
            MessageFields.departure(out, departure, topic, words, time);
        case Entry.Typing typing ->
            begin(out, "typing", topic, entryPosition)
                .writeStringProperty("client", typing.client().value())
                .writeStringProperty("sender", typing.sender());
        case Entry.ReadMark mark ->
            begin(out, "read", mark.room().value(), null)
                .writeStringProperty("client", mark.client().value())
                .writeNumberProperty("offset", mark.offset());
        case Entry.Presence presence ->
            begin(out, "presence", topic, null)
                .writeStringProperty("event", presence.joined() ? "joined" : "left")
                .writeStringProperty("client", presence.client().value())
                .writeStringProperty("name", presence.name())
                .writeNumberProperty("count", presence.count());
      }
    });
  }

  /// Encodes a reply to one connection.
  ///
  /// @param ref the `ref` of the request; `null` for none
  public byte[] reply(@Nullable Ref ref, Reply reply) {
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
          JsonObject.write(out ->
              begin(out, "caught_up", ref)
                  .writeBooleanProperty("inbox", true)
                  .writeStringProperty("pos", caughtUp.pos()));
      case Reply.Notified notified ->
          JsonObject.write(out ->
              begin(out, "ok", ref)
                  .writeStringProperty("id", notified.id())
                  .writeNumberProperty("time", notified.time()));
      case Reply.Unread unread ->
          JsonObject.write(
              out -> begin(out, "ok", ref).writeNumberProperty("unread", unread.unread()));
      case Reply.Welcome welcome -> JsonObject.write(out -> welcome(out, ref, welcome));
      case Reply.Done done -> JsonObject.write(out -> begin(out, "ok", ref));
      case Reply.Stored stored -> JsonObject.write(out -> stored(out, ref, stored));
      case Reply.Marked marked ->
          JsonObject.write(out ->
              begin(out, "ok", ref)
                  .writeStringProperty("room", marked.room().value())
                  .writeNumberProperty("offset", marked.offset()));
      case Reply.Refused refused -> JsonObject.write(out -> refused(out, ref, refused));
      case Reply.CaughtUp caughtUp ->
          JsonObject.write(out ->
              begin(out, "caught_up", ref)
                  .writeStringProperty("room", caughtUp.room().value())
                  .writeStringProperty("pos", caughtUp.pos()));
      case Reply.History history -> JsonObject.write(out -> history(out, ref, history));
      case Reply.Present present -> JsonObject.write(out -> present(out, ref, present));
      case Reply.Rooms rooms -> JsonObject.write(out -> rooms(out, ref, rooms.rooms()));
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
    return JsonObject.write(
        size,
        (out, bytes) -> {
          before.accept(begin(out, type, ref));
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
    begin(out, "welcome", ref)
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
    begin(out, "ok", ref).writeStringProperty("room", stored.room().value());
    place(out, stored.entryPosition())
        .writeStringProperty("id", stored.id())
        .writeNumberProperty("time", stored.time());
  }

  private static void refused(JsonGenerator out, @Nullable Ref ref, Reply.Refused refused) {
    begin(out, "error", ref);
    if (refused.room() != null) {
      out.writeStringProperty("room", refused.room().value());
    }
    MessageFields.refusal(out, refused.refusal());
    if (refused.retryAfter() != null) {
      out.writeNumberProperty("retry_after", refused.retryAfter().toMillis());
    }
  }

  private static void history(JsonGenerator out, @Nullable Ref ref, Reply.History history) {
    begin(out, "history", ref)
        .writeStringProperty("room", history.room().value())
        .writeArrayPropertyStart("messages");
    for (Reply.Message message : history.messages()) {
      out.writeStartObject();
      begin(out, "chat", history.room().value(), message.entryPosition());
      writeChat(out, message.chat(), message.id(), message.time());
      if (message.unreadable()) {
        out.writeBooleanProperty(UNREADABLE, true);
      }
      if (message.edited() != null) {
        out.writeNumberProperty("edited", message.edited());
      }
      if (!message.reactions().isEmpty()) {
        out.writeArrayPropertyStart("reactions");
        for (Reply.Reactions reactions : message.reactions()) {
          out.writeStartObject()
              .writeStringProperty("emoji", reactions.emoji())
              .writeNumberProperty("count", reactions.count())
              .writeBooleanProperty("mine", reactions.mine())
              .writeEndObject();
        }
        out.writeEndArray();
      }
      out.writeEndObject();
    }
    out.writeEndArray().writeBooleanProperty("more", history.more());
  }

  private static void present(JsonGenerator out, @Nullable Ref ref, Reply.Present present) {
    begin(out, "presence", ref)
        .writeStringProperty("room", present.room().value())
        .writeArrayPropertyStart("members");
    for (Reply.Member member : present.members()) {
      out.writeStartObject()
          .writeStringProperty("client", member.client().value())
          .writeStringProperty("name", member.name())
          .writeEndObject();
    }
    out.writeEndArray().writeNumberProperty("count", present.count());
  }

  private static void rooms(JsonGenerator out, @Nullable Ref ref, List<Reply.Room> rooms) {
    begin(out, "rooms", ref).writeArrayPropertyStart("rooms");
    for (Reply.Room room : rooms) {
      out.writeStartObject()
          .writeStringProperty("room", room.room().value())
          .writeNumberProperty("head", room.head())
          .writeNumberProperty("read", room.read())
          .writeNumberProperty("unread", room.unread());
      if (room.unreadable()) {
        out.writeBooleanProperty(UNREADABLE, true);
      }
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  /// Encodes a notification that its client has read, as part of its inbox.
  ///
  /// @param pos its position in the inbox of the client
  /// @param id the id assigned by the server
  public byte[] readNotification(Entry.Notification entry, String pos, long time, String id) {
    return JsonObject.write(out -> writeNotification(out, entry, pos, time, id, /* read= */ true));
  }

  private static void writeNotification(
      JsonGenerator out,
      Entry.Notification notification,
      @Nullable String pos,
      long time,
      String id,
      boolean read) {
    out.writeStringProperty("type", "notification").writeStringProperty("id", id);
    if (pos != null) {
      out.writeStringProperty("pos", pos);
    }
    out.writeStringProperty("scope", notification.scope().wireName())
        .writeStringProperty("from", notification.client().value())
        .writeStringProperty("message", notification.message());
    if (notification.title() != null) {
      out.writeStringProperty("title", notification.title());
    }
    if (notification.data() != null) {
      out.writeName("data").writeRawValue(notification.data());
    }
    if (notification.category() != null) {
      out.writeStringProperty("category", notification.category());
    }
    out.writeStringProperty("urgency", notification.urgency().wireName())
        .writeNumberProperty("time", time)
        .writeBooleanProperty("read", read);
  }

  /// Encodes the entry as what it may have been, without a text, so that a client that does not
  /// know the mark treats it as a deleted message or as a notification without a text.
  private static void writeUnreadable(
      JsonGenerator out,
      Entry.Unreadable unreadable,
      String topic,
      @Nullable EntryPosition entryPosition,
      long time,
      String id) {
    if (unreadable.scope() == null) {
      begin(out, "chat", topic, entryPosition);
      writeChat(out, new Entry.Chat(unreadable.client(), "", "", null, null, true), id, time);
    } else {
      Entry.Notification nothing =
          new Entry.Notification(unreadable.client(), unreadable.scope(), "");
      writeNotification(
          out, nothing, entryPosition == null ? null : entryPosition.pos(), time, id, false);
    }
    out.writeBooleanProperty(UNREADABLE, true);
  }

  private static void position(JsonGenerator out, @Nullable EntryPosition entryPosition) {
    if (entryPosition != null) {
      out.writeStringProperty("pos", entryPosition.pos());
    }
  }

  private static void writeChat(JsonGenerator out, Entry.Chat chat, String id, long time) {
    out.writeStringProperty("id", id)
        .writeStringProperty("client", chat.client().value())
        .writeStringProperty("sender", chat.sender());
    if (chat.deleted()) {
      out.writeBooleanProperty("deleted", true);
    } else {
      out.writeStringProperty("message", chat.message());
    }
    out.writeNumberProperty("time", time);
    if (chat.replyTo() != null) {
      out.writeNumberProperty("reply_to", chat.replyTo());
    }
    if (chat.data() != null && !chat.deleted()) {
      out.writeName("data").writeRawValue(chat.data());
    }
  }

  private static JsonGenerator amendment(
      JsonGenerator out,
      String type,
      String topic,
      @Nullable EntryPosition entryPosition,
      Entry.Amendment amendment) {
    return begin(out, type, topic, entryPosition)
        .writeNumberProperty("target", amendment.target())
        .writeStringProperty("client", amendment.client().value());
  }

  private static JsonGenerator begin(
      JsonGenerator out, String type, String topic, @Nullable EntryPosition entryPosition) {
    out.writeStringProperty("type", type).writeStringProperty("room", topic);
    return place(out, entryPosition);
  }

  private static JsonGenerator begin(JsonGenerator out, String type, @Nullable Ref ref) {
    out.writeStringProperty("type", type);
    if (ref != null) {
      out.writeName("ref").writeRawValue(ref.json());
    }
    return out;
  }

  private static JsonGenerator place(JsonGenerator out, @Nullable EntryPosition entryPosition) {
    if (entryPosition != null) {
      out.writeNumberProperty("offset", entryPosition.offset())
          .writeStringProperty("pos", entryPosition.pos());
    }
    return out;
  }
}
