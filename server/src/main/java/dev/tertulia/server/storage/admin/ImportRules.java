package dev.tertulia.server.storage.admin;

import dev.tertulia.server.model.DataValue;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.Entry.Scope;
import dev.tertulia.server.model.EntryRules;
import dev.tertulia.server.model.TextRule;
import dev.tertulia.server.notification.InboxLog;
import dev.tertulia.server.notification.NotificationId;
import dev.tertulia.server.storage.rows.BadLineException;
import dev.tertulia.server.storage.rows.EntryBody;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.ExportLine;
import dev.tertulia.server.topic.TopicName;
import org.jspecify.annotations.Nullable;

/// Validates imported data against the rules for clients and servers, with the same code. A
/// violation is a [BadLineException] that names it.
final class ImportRules {
  private ImportRules() {}

  /// Checks an entry, which may be stored in `topic` then.
  ///
  /// @param entry what `row` says
  static void check(EntryRow row, Entry.Kept entry, TopicName topic) throws BadLineException {
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
