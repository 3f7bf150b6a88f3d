package dev.tertulia.server.notification;

import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.Entry;
import dev.tertulia.server.protocol.Entry.Scope;
import dev.tertulia.server.protocol.Language;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Draft.Receipt;
import dev.tertulia.server.topic.Draft.TargetRule;
import dev.tertulia.server.topic.Journal;
import dev.tertulia.server.topic.Journal.Appended;
import dev.tertulia.server.topic.TopicName;
import org.jspecify.annotations.Nullable;

/// The inboxes and the broadcasts, each a topic. Safe for any thread.
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
    return append(TopicName.inbox(to), new Entry.Notification(from, Scope.PERSONAL, text), receipt);
  }

  /// Notifies every client there is.
  ///
  /// @param message `null` for the default one
  public Appended broadcast(ClientId from, @Nullable String message, Receipt receipt) {
    String text = message == null ? words.broadcastNotification() : message;
    return append(
        TopicName.BROADCASTS, new Entry.Notification(from, Scope.BROADCAST, text), receipt);
  }

  private Appended append(TopicName topic, Entry.Kept entry, Receipt receipt) {
    return journal.append(new Draft.Append(topic, entry, null, TargetRule.ANY, receipt));
  }
}
