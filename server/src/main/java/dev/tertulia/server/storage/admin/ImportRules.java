package dev.tertulia.server.storage.admin;

import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.model.DataValue;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.Entry.Scope;
import dev.tertulia.server.model.EntryRules;
import dev.tertulia.server.model.TextRule;
import dev.tertulia.server.notification.InboxLog;
import dev.tertulia.server.notification.NotificationId;
import dev.tertulia.server.storage.rows.EntryBody;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.topic.TopicName;
import org.jspecify.annotations.Nullable;

/// Validates imported data against the rules for clients and servers, with the same code. A
/// violation is a [BadLineException] that names it.
final class ImportRules {
  /// The most bytes of a digest.
  private static final int MAX_DIGEST = 64;

  private ImportRules() {}

  /// Checks an entry, which may be stored in `topic` then.
  ///
  /// @param entry what `row` says
  static void check(EntryRow row, Entry.Kept entry, TopicName topic) throws BadLineException {
    if (isLost(row, entry)) {
      return;
    }
    require(row.term() != 0, "'term' is not that of a writer");
    require(row.offset() > 0, "'offset' is not above 0");
    require(isOf(entry, topic), "no entry of that kind belongs in " + topic.label());
    Long target = row.target();
    boolean amends = entry instanceof Entry.Amendment || entry instanceof Entry.Revocation;
    require(amends == (target != null), "'target' does not fit its 'kind'");
    require(target == null || target < row.offset(), "'target' is not before its 'offset'");
    switch (entry) {
      case Entry.Chat chat -> {
        require(
            chat.replyTo() == null || (chat.replyTo() > 0 && chat.replyTo() < row.offset()),
            "'reply_to' is not before its 'offset'");
        text("sender", chat.sender(), TextRule.SENDER);
        said(chat.message(), chat.data());
        require(!row.deleted() || isGone(chat.message(), chat.data()), DELETED);
      }
      case Entry.Edit edit -> {
        require((edit.message() == null) == row.deleted(), DELETED);
        said(edit.message() == null ? "" : edit.message(), null);
      }
      case Entry.Deletion deletion -> require(!row.deleted(), DELETED);
      case Entry.Reaction reaction -> {
        require(!row.deleted(), DELETED);
        emoji(reaction.emoji());
      }
      case Entry.Notification notification -> {
        text("title", notification.title(), TextRule.TITLE);
        text("category", notification.category(), TextRule.CATEGORY);
        said(notification.message(), notification.data());
        offset("broadcasts", notification.broadcasts());
        require(
            !row.deleted()
                || (isGone(notification.message(), notification.data())
                    && notification.title() == null
                    && notification.category() == null),
            DELETED);
      }
      case Entry.InboxRead read -> {
        require(!row.deleted(), DELETED);
        require(
            read.ids().isEmpty() == (read.upTo() != null)
                && read.ids().size() <= EntryRules.MAX_READ_IDS,
            "it has neither 1 to %s 'ids' nor 'up_to'".formatted(EntryRules.MAX_READ_IDS));
        for (String id : read.ids()) {
          notificationId("ids", id);
        }
        notificationId("up_to", read.upTo());
        unread(read.unread());
        offset("broadcasts", read.broadcasts());
      }
      case Entry.Unreadable unreadable -> throw EntryBody.notStored(unreadable);
      case Entry.Revocation revocation -> {
        require(!row.deleted(), DELETED);
        notificationId("id", revocation.id());
        unread(revocation.unread());
        offset("broadcasts", revocation.broadcasts());
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
    require(
        JsonText.isText(message), "'message' contains U+0000, or text that is not valid Unicode");
    DataValue value = data == null ? null : DataValue.parse(data);
    require(
        data == null || value instanceof DataValue.Fit,
        "'data' is not JSON, has more than %s levels, or contains text that is not valid Unicode"
            .formatted(DataValue.MAX_DEPTH));
    require(
        EntryRules.isShortEnough(message, value instanceof DataValue.Fit fit ? fit : null),
        "'message' and 'data' are too long together");
  }

  private static void text(String name, @Nullable String text, TextRule rule)
      throws BadLineException {
    if (text != null) {
      require(
          JsonText.isText(text),
          "'%s' contains U+0000, or text that is not valid Unicode".formatted(name));
      require(rule.fits(text), "'%s' %s".formatted(name, lengths(rule)));
    }
  }

  /// What a text is that breaks a rule, in words that follow its name.
  static String lengths(TextRule rule) {
    return "has an invalid length; at most %s characters are allowed".formatted(rule.most());
  }

  /// Returns `text`, if it may be a reaction.
  static String emoji(String text) throws BadLineException {
    require(
        JsonText.isText(text) && EntryRules.isEmoji(text),
        "'emoji' is empty, or has more than %s bytes".formatted(EntryRules.MAX_EMOJI_BYTES));
    return text;
  }

  /// Returns `digest`, if it may be one.
  static byte[] digest(byte[] digest) throws BadLineException {
    require(digest.length <= MAX_DIGEST, "'digest' has more than %s bytes".formatted(MAX_DIGEST));
    return digest;
  }

  private static void notificationId(String name, @Nullable String id) throws BadLineException {
    require(
        id == null || NotificationId.parse(id) != null,
        "'%s' is not a notification id".formatted(name));
  }

  private static void unread(@Nullable Integer unread) throws BadLineException {
    require(
        unread == null || (unread >= 0 && unread <= 2 * InboxLog.MOST_UNREAD),
        "'unread' is not between 0 and %s".formatted(2 * InboxLog.MOST_UNREAD));
  }

  private static void offset(String name, long offset) throws BadLineException {
    require(
        offset >= 0 && offset <= EntryRules.MAX_OFFSET,
        "'%s' is not between 0 and %s".formatted(name, EntryRules.MAX_OFFSET));
  }

  private static void require(boolean is, String why) throws BadLineException {
    if (!is) {
      throw new BadLineException(why);
    }
  }
}
