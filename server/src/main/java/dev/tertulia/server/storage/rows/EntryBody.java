package dev.tertulia.server.storage.rows;

import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.Entry.Scope;
import dev.tertulia.server.model.Entry.Urgency;
import dev.tertulia.server.topic.LogException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// The stored form of an entry: the number of its kind, and its fields as a JSON object in UTF-8,
/// which can be read with `sqlite3`. Client and target are columns.
///
/// The `data` of an application is kept literally. A deleted message has neither text nor data; its
/// edits have no text. Safe for any thread.
public final class EntryBody {
  private static final int CHAT = 1;
  private static final int EDIT = 2;
  private static final int DELETION = 3;
  private static final int REACTION = 4;
  private static final int NOTIFICATION = 5;
  private static final int INBOX_READ = 6;
  private static final int REVOCATION = 7;

  private EntryBody() {}

  /// The number of the entry's kind.
  public static int kind(Entry.Kept entry) {
    return switch (entry) {
      case Entry.Chat chat -> CHAT;
      case Entry.Edit edit -> EDIT;
      case Entry.Deletion deletion -> DELETION;
      case Entry.Reaction reaction -> REACTION;
      case Entry.Notification notification -> NOTIFICATION;
      case Entry.InboxRead read -> INBOX_READ;
      case Entry.Revocation revocation -> REVOCATION;
      case Entry.Unreadable unreadable -> throw notStored(unreadable);
    };
  }

  /// What can't be read is found, and never stored as such.
  public static IllegalArgumentException notStored(Entry.Unreadable entry) {
    return new IllegalArgumentException("not a storable entry: " + entry);
  }

  /// Whether that is the number of a chat message.
  public static boolean isChat(int kind) {
    return kind == CHAT;
  }

  /// Whether that is the number of a notification.
  public static boolean isNotification(int kind) {
    return kind == NOTIFICATION;
  }

  /// Whether `kind` is that of a message or notification, and not of an amendment.
  public static boolean isMessage(int kind) {
    return kind == CHAT || kind == NOTIFICATION;
  }

  /// Whether that is the number of a reaction.
  public static boolean isReaction(int kind) {
    return kind == REACTION;
  }

  /// Whether that is the number of an edit.
  public static boolean isEdit(int kind) {
    return kind == EDIT;
  }

  /// The entry's body. Its texts are Unicode, as the edge has seen to.
  public static byte[] write(Entry.Kept entry) {
    return JsonText.object(out -> {
      switch (entry) {
        case Entry.Chat chat -> writeChat(out, chat);
        case Entry.Edit edit -> {
          if (edit.message() != null) {
            out.writeStringProperty("message", edit.message());
          }
        }
        case Entry.Deletion deletion -> {}
        case Entry.Reaction reaction ->
            out.writeStringProperty("emoji", reaction.emoji())
                .writeBooleanProperty("removed", reaction.removed());
        case Entry.Notification notification -> writeNotification(out, notification);
        case Entry.InboxRead read -> {
          if (read.upTo() == null) {
            out.writeArrayPropertyStart("ids");
            read.ids().forEach(out::writeString);
            out.writeEndArray();
          } else {
            out.writeStringProperty("up_to", read.upTo());
          }
          out.writeNumberProperty("unread", read.unread())
              .writeNumberProperty("broadcasts", read.broadcasts());
        }
        case Entry.Revocation revocation -> {
          out.writeStringProperty("id", revocation.id());
          if (revocation.unread() != null) {
            out.writeNumberProperty("unread", revocation.unread());
          }
          out.writeNumberProperty("broadcasts", revocation.broadcasts());
        }
        case Entry.Unreadable unreadable -> throw notStored(unreadable);
      }
    });
  }

  private static void writeChat(JsonGenerator out, Entry.Chat chat) {
    out.writeStringProperty("sender", chat.sender()).writeStringProperty("message", chat.message());
    if (chat.replyTo() != null) {
      out.writeNumberProperty("reply_to", chat.replyTo());
    }
    if (chat.data() != null) {
      out.writeName("data").writeRawValue(chat.data());
    }
  }

  private static void writeNotification(JsonGenerator out, Entry.Notification notification) {
    out.writeStringProperty("scope", notification.scope().wireName())
        .writeStringProperty("message", notification.message());
    if (notification.title() != null) {
      out.writeStringProperty("title", notification.title());
    }
    if (notification.category() != null) {
      out.writeStringProperty("category", notification.category());
    }
    out.writeStringProperty("urgency", notification.urgency().wireName())
        .writeNumberProperty("broadcasts", notification.broadcasts());
    if (notification.data() != null) {
      out.writeName("data").writeRawValue(notification.data());
    }
  }

  /// The entry once its message is deleted.
  public static Entry.Kept blank(Entry.Kept entry) {
    return switch (entry) {
      case Entry.Chat chat ->
          new Entry.Chat(chat.client(), chat.sender(), "", chat.replyTo(), null, true);
      case Entry.Edit edit -> new Entry.Edit(edit.client(), edit.target(), null);
      case Entry.Deletion deletion -> deletion;
      case Entry.Reaction reaction -> reaction;
      case Entry.Notification notification -> notification.withoutText();
      case Entry.InboxRead read -> read;
      case Entry.Revocation revocation -> revocation;
      case Entry.Unreadable unreadable -> throw notStored(unreadable);
    };
  }

  /// The entry of which these are kind, columns and body.
  ///
  /// @throws LogException if they are none's
  public static Entry.Kept read(
      int kind, ClientId client, @Nullable Long target, boolean deleted, byte[] body) {
    try {
      Fields fields = Fields.of(body);
      return switch (kind) {
        case CHAT ->
            new Entry.Chat(
                client,
                required(fields.sender),
                required(fields.message),
                fields.replyTo,
                fields.data,
                deleted);
        case EDIT -> new Entry.Edit(client, required(target), fields.message);
        case DELETION -> new Entry.Deletion(client, required(target));
        case REACTION ->
            new Entry.Reaction(client, required(target), required(fields.emoji), fields.removed);
        case NOTIFICATION ->
            new Entry.Notification(
                client,
                scope(required(fields.scope)),
                required(fields.message),
                fields.title,
                fields.data,
                fields.category,
                fields.urgency == null ? Urgency.NORMAL : required(Urgency.of(fields.urgency)),
                deleted,
                fields.broadcasts);
        case INBOX_READ ->
            new Entry.InboxRead(
                client, fields.ids, fields.upTo, required(fields.unread), fields.broadcasts);
        case REVOCATION ->
            new Entry.Revocation(
                client, required(target), required(fields.id), fields.unread, fields.broadcasts);
        default -> throw new IllegalArgumentException("unknown kind of entry: " + kind);
      };
    } catch (JacksonException | IllegalArgumentException e) {
      throw new LogException(
          "the log holds an entry of kind " + kind + " that can't be read", true, e);
    }
  }

  private static Scope scope(String name) {
    for (Scope scope : Scope.values()) {
      if (scope.wireName().equals(name)) {
        return scope;
      }
    }
    throw new IllegalArgumentException("unknown scope");
  }

  private static <T> T required(@Nullable T field) {
    if (field == null) {
      throw new IllegalArgumentException("a field is missing");
    }
    return field;
  }

  /// The fields of a body, of whatever kind.
  private static final class Fields {
    private @Nullable String sender;
    private @Nullable String message;
    private @Nullable String emoji;
    private @Nullable String scope;
    private @Nullable String data;
    private @Nullable String title;
    private @Nullable String category;
    private @Nullable String urgency;
    private @Nullable String id;
    private @Nullable String upTo;
    private List<String> ids = List.of();
    private @Nullable Integer unread;
    private @Nullable Long replyTo;
    private long broadcasts;
    private boolean removed;

    private static Fields of(byte[] body) {
      Fields fields = new Fields();
      try (JsonParser in = JsonText.parser(body)) {
        if (in.nextToken() != JsonToken.START_OBJECT) {
          throw new IllegalArgumentException("not an object");
        }
        while (in.nextToken() == JsonToken.PROPERTY_NAME) {
          String name = in.currentName();
          in.nextToken();
          switch (name) {
            case "sender" -> fields.sender = text(in);
            case "message" -> fields.message = text(in);
            case "emoji" -> fields.emoji = text(in);
            case "scope" -> fields.scope = text(in);
            case "reply_to" -> fields.replyTo = in.getLongValue();
            case "removed" -> fields.removed = in.getBooleanValue();
            // Older versions have kept ends of lines, which would end an event of a stream.
            case "data" -> fields.data = JsonText.inOneLine(JsonText.raw(in, body, 0));
            case "title" -> fields.title = text(in);
            case "category" -> fields.category = text(in);
            case "urgency" -> fields.urgency = text(in);
            case "id" -> fields.id = text(in);
            case "up_to" -> fields.upTo = text(in);
            case "ids" -> fields.ids = texts(in);
            case "unread" -> fields.unread = in.getIntValue();
            case "broadcasts" -> fields.broadcasts = in.getLongValue();
            default -> in.skipChildren();
          }
        }
        if (in.currentToken() != JsonToken.END_OBJECT || in.nextToken() != null) {
          throw new IllegalArgumentException("data after the object");
        }
      }
      return fields;
    }

    private static String text(JsonParser in) {
      if (in.currentToken() != JsonToken.VALUE_STRING) {
        throw new IllegalArgumentException("a field is not text");
      }
      return in.getString();
    }

    private static List<String> texts(JsonParser in) {
      List<String> texts = new ArrayList<>();
      if (in.currentToken() != JsonToken.START_ARRAY) {
        throw new IllegalArgumentException("a field is not a list");
      }
      while (in.nextToken() != JsonToken.END_ARRAY) {
        texts.add(text(in));
      }
      return texts;
    }
  }
}
