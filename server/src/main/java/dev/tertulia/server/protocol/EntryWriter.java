package dev.tertulia.server.protocol;

import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.topic.InboxPosition;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// Encodes entries as clients of the full protocol, of the stream and of the HTTP API receive them,
/// as JSON in UTF-8.
///
/// Safe for any thread. All texts must be valid Unicode, without unpaired surrogates.
public final class EntryWriter implements Publication.Encoding {
  /// The field that marks an unreadable entry.
  public static final String UNREADABLE = "unreadable";

  private static final Map<Language, EntryWriter> ALL = new EnumMap<>(Language.class);

  static {
    for (Language language : Language.values()) {
      ALL.put(language, new EntryWriter(language));
    }
  }

  private final Language.Words words;

  private EntryWriter(Language language) {
    words = language.words();
  }

  /// The writer of a language: always the same one, so that what it has encoded of a publication is
  /// found again.
  public static EntryWriter of(Language language) {
    return Objects.requireNonNull(ALL.get(language));
  }

  /// Encodes a publication as it is delivered. See [Publication#encoded], which keeps the result.
  @Override
  public byte[] encode(Publication publication) {
    Position position = publication.position();
    return entry(
        publication.entry(),
        publication.topic().name(),
        position == null
            ? null
            : new EntryPosition(position.offset(), pos(publication.topic(), position)),
        publication.time(),
        publication.id());
  }

  /// Encodes a publication as its client has it: a notification that is read says so. Only the
  /// other ones are kept.
  ///
  /// @param read whether the client has read it
  public byte[] encode(Publication publication, boolean read) {
    Position position = publication.position();
    return read && position != null && publication.entry() instanceof Entry.Notification entry
        ? readNotification(
            entry, pos(publication.topic(), position), publication.time(), publication.id())
        : publication.encoded(this);
  }

  /// A position as clients see it: in a log, or in an inbox.
  private static String pos(TopicName topic, Position position) {
    return switch (topic.kind()) {
      case ROOM, PRESENCE -> position.toString();
      case INBOX -> new InboxPosition(position, null).toString();
      case BROADCASTS -> new InboxPosition(null, position).toString();
    };
  }

  /// Encodes an entry as it is delivered, and as it appears in `messages` of a `joined`.
  ///
  /// @param topic the name of the room; ignored for notifications
  /// @param position `null` for entries that are not in a log
  /// @param time Unix milliseconds
  /// @param id the id given by the sender, or a generated one; ignored for signals
  public byte[] entry(
      Entry entry, String topic, @Nullable EntryPosition position, long time, String id) {
    return JsonText.object(out -> {
      switch (entry) {
        case Entry.Chat chat -> chat(out, chat, topic, position, time, id);
        case Entry.Edit edit -> {
          amendment(out, "edited", topic, position, edit);
          if (edit.message() == null) {
            out.writeBooleanProperty("deleted", true);
          } else {
            out.writeStringProperty("message", edit.message());
          }
          out.writeNumberProperty("time", time);
        }
        case Entry.Deletion deletion ->
            amendment(out, "deleted", topic, position, deletion).writeNumberProperty("time", time);
        case Entry.Reaction reaction ->
            amendment(out, "reaction", topic, position, reaction)
                .writeStringProperty("emoji", reaction.emoji())
                .writeBooleanProperty("removed", reaction.removed())
                .writeNumberProperty("time", time);
        case Entry.Notification notification -> {
          String pos = position == null ? null : position.pos();
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
          pos(out, position);
        }
        case Entry.Revocation revocation -> {
          out.writeStringProperty("type", "notification_revoked")
              .writeStringProperty("id", revocation.id());
          if (revocation.unread() != null) {
            out.writeNumberProperty("unread", revocation.unread());
          }
          pos(out, position);
        }
        case Entry.Unreadable unreadable ->
            writeUnreadable(out, unreadable, topic, position, time, id);
        case Entry.Departure departure -> departure(out, departure, topic, words, time);
        case Entry.Typing typing ->
            begin(out, "typing", topic, position)
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

  /// Encodes a notification that its client has read, as part of its inbox.
  ///
  /// @param pos its position in the inbox of the client
  /// @param id the id assigned by the server
  public byte[] readNotification(Entry.Notification entry, String pos, long time, String id) {
    return JsonText.object(out -> writeNotification(out, entry, pos, time, id, /* read= */ true));
  }

  /// Writes the fields of a chat message, in an object that was begun.
  ///
  /// @param position `null` in a room that stores nothing
  public static void chat(
      JsonGenerator out,
      Entry.Chat chat,
      String room,
      @Nullable EntryPosition position,
      long time,
      String id) {
    begin(out, "chat", room, position);
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

  /// Writes a departure, as a chat message of the server.
  public static void departure(
      JsonGenerator out, Entry.Departure departure, String room, Language.Words words, long time) {
    String client = departure.client().value();
    out.writeStringProperty("type", "chat")
        .writeStringProperty("room", room)
        .writeStringProperty("client", client)
        .writeStringProperty("sender", words.system())
        .writeStringProperty("message", words.departed().formatted(client))
        .writeBooleanProperty("system", true)
        .writeNumberProperty("time", time);
  }

  /// Writes the position of an entry, in an object that was begun.
  ///
  /// @param position `null` for entries that are not in a log
  public static JsonGenerator position(JsonGenerator out, @Nullable EntryPosition position) {
    if (position != null) {
      out.writeNumberProperty("offset", position.offset())
          .writeStringProperty("pos", position.pos());
    }
    return out;
  }

  /// Writes the texts and `data` of a notification, in an object that was begun.
  public static void content(JsonGenerator out, Entry.Notification notification) {
    out.writeStringProperty("message", notification.message());
    if (notification.title() != null) {
      out.writeStringProperty("title", notification.title());
    }
    if (notification.data() != null) {
      out.writeName("data").writeRawValue(notification.data());
    }
    if (notification.category() != null) {
      out.writeStringProperty("category", notification.category());
    }
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
        .writeStringProperty("from", notification.client().value());
    content(out, notification);
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
      @Nullable EntryPosition position,
      long time,
      String id) {
    if (unreadable.scope() == null) {
      Entry.Chat nothing = new Entry.Chat(unreadable.client(), "", "", null, null, true);
      chat(out, nothing, topic, position, time, id);
    } else {
      Entry.Notification nothing =
          new Entry.Notification(unreadable.client(), unreadable.scope(), "");
      writeNotification(out, nothing, position == null ? null : position.pos(), time, id, false);
    }
    out.writeBooleanProperty(UNREADABLE, true);
  }

  private static JsonGenerator amendment(
      JsonGenerator out,
      String type,
      String topic,
      @Nullable EntryPosition position,
      Entry.Amendment amendment) {
    return begin(out, type, topic, position)
        .writeNumberProperty("target", amendment.target())
        .writeStringProperty("client", amendment.client().value());
  }

  private static JsonGenerator begin(
      JsonGenerator out, String type, String topic, @Nullable EntryPosition position) {
    out.writeStringProperty("type", type).writeStringProperty("room", topic);
    return position(out, position);
  }

  private static void pos(JsonGenerator out, @Nullable EntryPosition position) {
    if (position != null) {
      out.writeStringProperty("pos", position.pos());
    }
  }

  /// The position of an entry in the log of its topic, as clients see it.
  ///
  /// @param offset rises within a topic, not always by one
  /// @param pos what a client keeps and sends back to resume there; opaque to it
  public record EntryPosition(long offset, String pos) {
    /// The position of an entry of a room.
    public static EntryPosition of(Position position) {
      return new EntryPosition(position.offset(), position.toString());
    }
  }
}
