package dev.tertulia.server.storage.admin;

import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.DataValue;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.Entry.Scope;
import dev.tertulia.server.model.EntryRules;
import dev.tertulia.server.model.EntryRules.TextRule;
import dev.tertulia.server.notification.InboxLog;
import dev.tertulia.server.notification.NotificationId;
import dev.tertulia.server.storage.rows.BadLineException;
import dev.tertulia.server.storage.rows.EntryBody;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.ExportLine;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.TopicName;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The lines of entries in an export, the only ones that say what people have sent: written, read,
/// and checked. A line is as valid as what a client sends; a violation is a [BadLineException] that
/// names it.
public final class EntryLine {
  /// The kinds of entries by their numbers, from 1.
  private static final List<String> ENTRY_KINDS =
      List.of("chat", "edit", "deletion", "reaction", "notification", "inbox_read", "revocation");

  private EntryLine() {}

  /// The line of an entry.
  ///
  /// @param topic the label of its topic
  public static byte[] write(String topic, EntryRow row) {
    return ExportFormat.line(
        "entry",
        out -> {
          out.writeStringProperty("topic", topic)
              .writeStringProperty("term", ExportLine.term(row.term()))
              .writeNumberProperty("offset", row.offset())
              .writeNumberProperty("time", row.time())
              .writeStringProperty("kind", ENTRY_KINDS.get(row.kind() - 1))
              .writeStringProperty("client", row.client());
          if (row.request() != null) {
            out.writeStringProperty("id", row.request());
          }
          if (row.target() != null) {
            out.writeNumberProperty("target", row.target());
          }
          if (row.deleted()) {
            out.writeBooleanProperty("deleted", true);
          }
          // Between the parts of `data` older versions have kept ends of lines.
          String body = new String(row.body(), StandardCharsets.UTF_8);
          out.writeName("body").writeRawValue(JsonText.inOneLine(body));
        });
  }

  /// The entry of a line, which may be stored in `topic` then.
  public static EntryRow read(ExportLine line, TopicName topic, long topicId)
      throws BadLineException {
    int kind = ENTRY_KINDS.indexOf(line.text("kind")) + 1;
    if (kind == 0) {
      throw new BadLineException("'kind' is unknown");
    }
    String client = line.client();
    Long target = line.optionalOffset("target");
    boolean deleted = line.truth("deleted");
    Entry.Kept entry;
    try {
      entry = EntryBody.read(kind, new ClientId(client), target, deleted, line.object("body"));
    } catch (LogException e) {
      throw new BadLineException("'body' does not fit the kind " + ENTRY_KINDS.get(kind - 1));
    }
    String request = line.optionalText("id") == null ? null : line.text("id", TextRule.ID);
    // What is stored is what was read, and nothing else that may stand in the line.
    EntryRow row =
        new EntryRow(
            topicId,
            line.count("offset"),
            line.term("term"),
            line.time("time"),
            kind,
            client,
            request,
            target,
            deleted,
            EntryBody.write(entry));
    check(row, entry, topic);
    return row;
  }

  /// Checks how the parts of an entry fit together and, one by one, that they are what those of a
  /// client may be.
  ///
  /// @param entry what `row` says
  private static void check(EntryRow row, Entry.Kept entry, TopicName topic)
      throws BadLineException {
    if (isLost(row, entry)) {
      return;
    }
    BadLineException.unless(row.term() != 0, "'term' is not that of a writer");
    BadLineException.unless(row.offset() > 0, "'offset' is not above 0");
    BadLineException.unless(
        isOf(entry, topic), "no entry of that kind belongs in " + topic.label());
    Long target = row.target();
    boolean amends = entry instanceof Entry.Amendment || entry instanceof Entry.Revocation;
    BadLineException.unless(amends == (target != null), "'target' does not fit its 'kind'");
    BadLineException.unless(
        target == null || target < row.offset(), "'target' is not before its 'offset'");
    switch (entry) {
      case Entry.Chat chat -> {
        BadLineException.unless(
            chat.replyTo() == null || (chat.replyTo() > 0 && chat.replyTo() < row.offset()),
            "'reply_to' is not before its 'offset'");
        text("sender", chat.sender(), TextRule.SENDER);
        said(chat.message(), chat.data());
        BadLineException.unless(!row.deleted() || isGone(chat.message(), chat.data()), DELETED);
      }
      case Entry.Edit edit -> {
        BadLineException.unless((edit.message() == null) == row.deleted(), DELETED);
        said(edit.message() == null ? "" : edit.message(), null);
      }
      case Entry.Deletion deletion -> BadLineException.unless(!row.deleted(), DELETED);
      case Entry.Reaction reaction -> {
        BadLineException.unless(!row.deleted(), DELETED);
        ExportLine.requireEmoji(reaction.emoji());
      }
      case Entry.Notification notification -> {
        text("title", notification.title(), TextRule.TITLE);
        text("category", notification.category(), TextRule.CATEGORY);
        said(notification.message(), notification.data());
        ExportLine.requireCount("broadcasts", notification.broadcasts());
        BadLineException.unless(
            !row.deleted()
                || (isGone(notification.message(), notification.data())
                    && notification.title() == null
                    && notification.category() == null),
            DELETED);
      }
      case Entry.InboxRead read -> {
        BadLineException.unless(!row.deleted(), DELETED);
        BadLineException.unless(
            read.ids().isEmpty() == (read.upTo() != null)
                && read.ids().size() <= EntryRules.MAX_READ_IDS,
            "it has neither 1 to %s 'ids' nor 'up_to'".formatted(EntryRules.MAX_READ_IDS));
        for (String id : read.ids()) {
          notificationId("ids", id);
        }
        notificationId("up_to", read.upTo());
        unread(read.unread());
        ExportLine.requireCount("broadcasts", read.broadcasts());
      }
      case Entry.Unreadable unreadable -> throw EntryBody.notStored(unreadable);
      case Entry.Revocation revocation -> {
        BadLineException.unless(!row.deleted(), DELETED);
        notificationId("id", revocation.id());
        unread(revocation.unread());
        ExportLine.requireCount("broadcasts", revocation.broadcasts());
      }
    }
  }

  private static final String DELETED = "'deleted' does not fit its 'body'";

  /// What an export puts in the place of an entry that is lost, whatever that was.
  private static boolean isLost(EntryRow row, Entry.Kept entry) {
    return row.client().equals(Export.LOST)
        && row.deleted()
        && row.term() == 0
        && row.offset() > 0
        && row.target() == null
        && row.request() == null
        && entry instanceof Entry.Chat chat
        && chat.sender().isEmpty()
        && chat.replyTo() == null
        && isGone(chat.message(), chat.data());
  }

  private static boolean isOf(Entry.Kept entry, TopicName topic) {
    return switch (topic.kind()) {
      case ROOM -> entry instanceof Entry.Chat || entry instanceof Entry.Amendment;
      case INBOX ->
          entry instanceof Entry.InboxRead
              || entry instanceof Entry.Revocation
              || (entry instanceof Entry.Notification sent && sent.scope() == Scope.PERSONAL);
      case BROADCASTS ->
          entry instanceof Entry.Revocation
              || (entry instanceof Entry.Notification sent && sent.scope() == Scope.BROADCAST);
      case PRESENCE -> false;
    };
  }

  private static boolean isGone(String message, @Nullable String data) {
    return message.isEmpty() && data == null;
  }

  /// A message and its data.
  private static void said(String message, @Nullable String data) throws BadLineException {
    ExportLine.requireText("message", message);
    DataValue value = data == null ? null : DataValue.parse(data);
    BadLineException.unless(
        data == null || value instanceof DataValue.Fit,
        "'data' is not JSON, has more than %s levels, or contains text that is not valid Unicode"
            .formatted(DataValue.MAX_DEPTH));
    BadLineException.unless(
        EntryRules.isShortEnough(message, value instanceof DataValue.Fit fit ? fit : null),
        "'message' and 'data' are too long together");
  }

  private static void text(String name, @Nullable String text, TextRule rule)
      throws BadLineException {
    if (text != null) {
      ExportLine.require(name, text, rule);
    }
  }

  private static void notificationId(String name, @Nullable String id) throws BadLineException {
    BadLineException.unless(
        id == null || NotificationId.parse(id) != null,
        "'%s' is not a notification id".formatted(name));
  }

  private static void unread(@Nullable Integer unread) throws BadLineException {
    BadLineException.unless(
        unread == null || (unread >= 0 && unread <= 2 * InboxLog.MOST_UNREAD),
        "'unread' is not between 0 and %s".formatted(2 * InboxLog.MOST_UNREAD));
  }
}
