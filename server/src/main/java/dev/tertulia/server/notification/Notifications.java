package dev.tertulia.server.notification;

import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.Entry;
import dev.tertulia.server.protocol.Entry.Scope;
import dev.tertulia.server.protocol.ErrorCode;
import dev.tertulia.server.protocol.Language;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Draft.Receipt;
import dev.tertulia.server.topic.Draft.TargetRule;
import dev.tertulia.server.topic.InboxPosition;
import dev.tertulia.server.topic.Journal;
import dev.tertulia.server.topic.Journal.Appended;
import dev.tertulia.server.topic.Subscriber;
import dev.tertulia.server.topic.TopicName;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The inboxes and the broadcasts, each a topic: what is sent, read and revoked becomes drafts for
/// the journal. Who may do it has been decided before. Nothing waits; safe for any thread.
public final class Notifications {
  private final Journal journal;
  private final Language.Words words;

  public Notifications(Journal journal, Language language) {
    this.journal = journal;
    words = language.words();
  }

  /// Notifies `to` alone, on every connection that it has.
  ///
  /// @param message `null` for the default one
  public Appended notify(ClientId from, ClientId to, @Nullable String message, Receipt receipt) {
    String text = message == null ? words.personalNotification() : message;
    return notify(from, to, Notice.of(text), null, receipt);
  }

  /// Notifies every client there is.
  ///
  /// @param message `null` for the default one
  public Appended broadcast(ClientId from, @Nullable String message, Receipt receipt) {
    String text = message == null ? words.broadcastNotification() : message;
    return broadcast(from, Notice.of(text), null, receipt);
  }

  /// Notifies `to` alone: now, and in its inbox. The outcome is [Outcome.Stored], whose `id` is the
  /// [NotificationId] as text.
  ///
  /// @param id the sender's own name for the request: the same client, `to` and `id` again notifies
  ///   nobody, and gets the first outcome or `conflict`. `null` for none
  public Appended notify(
      ClientId from, ClientId to, Notice notice, @Nullable String id, Receipt receipt) {
    return append(TopicName.inbox(to), entry(from, Scope.PERSONAL, notice), id, receipt);
  }

  /// Notifies every client there is, and will be in the inbox of each. The outcome is that of
  /// [#notify(ClientId, ClientId, Notice, String, Receipt)].
  ///
  /// @param id as there
  public Appended broadcast(ClientId from, Notice notice, @Nullable String id, Receipt receipt) {
    return append(TopicName.BROADCASTS, entry(from, Scope.BROADCAST, notice), id, receipt);
  }

  /// Takes a notification back. The outcome is [Outcome.Stored] with its id, also if it was revoked
  /// before; `not_found` if there is none, `forbidden` if it is another's.
  ///
  /// @param anybodys whether it may be another's: an operator's right
  public Appended revoke(ClientId by, NotificationId id, boolean anybodys, Receipt receipt) {
    Entry.Revocation entry =
        new Entry.Revocation(by, id.position().offset(), id.toString(), null, 0);
    TargetRule rule = author -> anybodys || author.equals(by) ? null : ErrorCode.FORBIDDEN;
    return journal.append(new Draft.Append(id.topic(), entry, null, rule, receipt));
  }

  /// Notes that a client has read these notifications. The outcome is [Outcome.Read], or
  /// `not_found` if one of them never was in its inbox: then none is read.
  ///
  /// @param except the connections that are not told, because they know
  public Appended read(
      ClientId client,
      List<NotificationId> ids,
      @Nullable Predicate<Subscriber> except,
      Receipt receipt) {
    List<String> names = ids.stream().map(NotificationId::toString).toList();
    return read(new Entry.InboxRead(client, names, null, 0, 0), except, receipt);
  }

  /// Notes that a client has read all notifications up to that one, in the order of its inbox. The
  /// outcome is that of [#read].
  ///
  /// @param except the connections that are not told, because they know
  public Appended readUpTo(
      ClientId client, NotificationId id, @Nullable Predicate<Subscriber> except, Receipt receipt) {
    return read(new Entry.InboxRead(client, List.of(), id.toString(), 0, 0), except, receipt);
  }

  /// Notes that a device of `client` has everything up to `position`.
  public Appended acknowledged(
      ClientId client, String device, InboxPosition position, Receipt receipt) {
    return journal.append(new Draft.Acked(client, device, position, receipt));
  }

  /// Notes that a device of `client` has shown a notification to a person.
  public Appended shown(ClientId client, String device, NotificationId id, Receipt receipt) {
    return journal.append(new Draft.Shown(client, device, id.topic(), id.position(), receipt));
  }

  /// Notes that `client` has come: from now on broadcasts are in its inbox.
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

  private Appended read(
      Entry.InboxRead entry, @Nullable Predicate<Subscriber> except, Receipt receipt) {
    return journal.append(
        new Draft.Append(
            TopicName.inbox(entry.client()), entry, null, TargetRule.ANY, receipt, except));
  }

  private Appended append(TopicName topic, Entry.Kept entry, @Nullable String id, Receipt receipt) {
    return journal.append(new Draft.Append(topic, entry, id, TargetRule.ANY, receipt));
  }
}
