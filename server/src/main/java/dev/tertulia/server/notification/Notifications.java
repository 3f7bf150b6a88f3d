package dev.tertulia.server.notification;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.Entry.Scope;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.Language;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Draft.Receipt;
import dev.tertulia.server.topic.Draft.TargetRule;
import dev.tertulia.server.topic.Exclusion;
import dev.tertulia.server.topic.InboxPosition;
import dev.tertulia.server.topic.Journal;
import dev.tertulia.server.topic.Journal.Appended;
import dev.tertulia.server.topic.TopicName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Sends, reads and revokes notifications: turns these operations into drafts for the journal.
/// Inboxes and the broadcasts are topics. Permissions have been checked before. Never blocks; safe
/// for any thread.
public final class Notifications {
  private final Journal journal;
  private final Language.Words words;

  public Notifications(Journal journal, Language language) {
    this.journal = journal;
    words = language.words();
  }

  /// Notifies `to` on all its connections.
  ///
  /// @param message `null` for the default text
  public Appended notify(ClientId from, ClientId to, @Nullable String message, Receipt receipt) {
    String text = message == null ? words.personalNotification() : message;
    return notify(from, to, Notice.of(text), null, receipt);
  }

  /// Notifies all clients.
  ///
  /// @param message `null` for the default text
  public Appended broadcast(ClientId from, @Nullable String message, Receipt receipt) {
    String text = message == null ? words.broadcastNotification() : message;
    return broadcast(from, Notice.of(text), null, receipt);
  }

  /// Notifies `to` on its connections and in its inbox. The outcome is `Outcome.Stored`, whose `id`
  /// is the [NotificationId] as text.
  ///
  /// @param id the sender's id of the request: repeating the same client, `to` and `id` sends
  ///   nothing and yields the first outcome, or `conflict` for other content. `null` for none
  public Appended notify(
      ClientId from, ClientId to, Notice notice, @Nullable String id, Receipt receipt) {
    return append(TopicName.inbox(to), entry(from, Scope.PERSONAL, notice), id, receipt);
  }

  /// Notifies all clients on their connections and in their inboxes. The outcome is that of
  /// [#notify(ClientId, ClientId, Notice, String, Receipt)].
  ///
  /// @param id the sender's id of the request; `null` for none
  public Appended broadcast(ClientId from, Notice notice, @Nullable String id, Receipt receipt) {
    return append(TopicName.BROADCASTS, entry(from, Scope.BROADCAST, notice), id, receipt);
  }

  /// Revokes a notification. The outcome is `Outcome.Stored` with its id, even if it was revoked
  /// before; `not_found` if it does not exist, `forbidden` if it belongs to another sender.
  ///
  /// @param anybodys whether notifications of other senders may be revoked, which is a right of
  ///   operators
  public Appended revoke(ClientId by, NotificationId id, boolean anybodys, Receipt receipt) {
    Entry.Revocation entry =
        new Entry.Revocation(by, id.position().offset(), id.toString(), null, 0);
    TargetRule rule = author -> anybodys || author.equals(by) ? null : ErrorCode.FORBIDDEN;
    return journal.append(new Draft.Append(id.topic(), entry, null, rule, receipt));
  }

  /// Marks notifications as read by a client: some, or all up to one in the order of the inbox. The
  /// outcome is `Outcome.Read`, or `not_found` if one of them was never in its inbox; then none is
  /// marked.
  ///
  /// @param except the connections that are not told, because they know
  public Appended read(
      ClientId client, InboxCommand.Read read, @Nullable Exclusion except, Receipt receipt) {
    List<String> names = read.ids().stream().map(NotificationId::toString).toList();
    String upTo = read.upTo() == null ? null : read.upTo().toString();
    Entry.InboxRead entry = new Entry.InboxRead(client, names, upTo, 0, 0);
    return journal.append(
        new Draft.Append(TopicName.inbox(client), entry, null, TargetRule.ANY, receipt, except));
  }

  /// Records that a device of `client` has everything up to `position`.
  public Appended acknowledged(
      ClientId client, String device, InboxPosition position, Receipt receipt) {
    return journal.append(new Draft.Acked(client, device, position, receipt));
  }

  /// Records that a device of `client` has shown a notification to a person.
  public Appended shown(ClientId client, String device, NotificationId id, Receipt receipt) {
    return journal.append(new Draft.Shown(client, device, id.topic(), id.position(), receipt));
  }

  /// Records that `client` has connected: from now on its inbox contains broadcasts.
  public Appended seen(ClientId client, Receipt receipt) {
    return journal.append(new Draft.Seen(client, receipt));
  }

  private static Entry.Notification entry(ClientId from, Scope scope, Notice notice) {
    return new Entry.Notification(
        from,
        scope,
        notice.message(),
        notice.title(),
        notice.data(),
        notice.category(),
        notice.urgency(),
        /* revoked= */ false,
        /* broadcasts= */ 0);
  }

  private Appended append(TopicName topic, Entry.Kept entry, @Nullable String id, Receipt receipt) {
    return journal.append(new Draft.Append(topic, entry, id, TargetRule.ANY, receipt));
  }
}
