package dev.tertulia.server.topic;

import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.Entry;
import dev.tertulia.server.protocol.ErrorCode;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Something on its way to the journal. It has a topic, and no place in it yet.
public sealed interface Draft {
  TopicName topic();

  /// An entry to be stored, and delivered once it is.
  ///
  /// @param id the sender's own name for the request, at most 128 characters; the same client,
  ///   topic and `id` again stores nothing, and gets the first outcome or `conflict`. `null` for
  ///   none
  /// @param rule whether the entry's target may be amended so; asked within the transaction, of
  ///   [Entry.Amendment]s alone
  /// @param except those to whom it is not delivered when it comes; `null` if it is to all
  record Append(
      TopicName topic,
      Entry.Kept entry,
      @Nullable String id,
      TargetRule rule,
      Receipt receipt,
      @Nullable Predicate<Subscriber> except)
      implements Draft {
    public Append(TopicName topic, Entry.Kept entry) {
      this(topic, entry, null, TargetRule.ANY, Receipt.NONE);
    }

    public Append(
        TopicName topic, Entry.Kept entry, @Nullable String id, TargetRule rule, Receipt receipt) {
      this(topic, entry, id, rule, receipt, null);
    }
  }

  /// A signal: it keeps its turn among the entries of its topic, and leaves no trace.
  ///
  /// @param except those who are not to have it; `null` if all are
  record Signal(TopicName topic, Entry.Signal entry, @Nullable Predicate<Subscriber> except)
      implements Draft {
    public Signal(TopicName topic, Entry.Signal entry) {
      this(topic, entry, null);
    }
  }

  /// A client has read a room up to `offset`. Never moves back, and never past the end; the outcome
  /// is [Outcome.Marked] with where it is then.
  record Mark(TopicName topic, ClientId client, long offset, Receipt receipt) implements Draft {}

  /// A client is put on the list of a room, or taken off it. The list lasts whatever else is kept
  /// of the room. To be where it is already is an outcome like any other, [Outcome.Listed].
  ///
  /// @param member whether it is to be on the list
  /// @param most how many the list has room for; past it the outcome is `conflict`
  record Membership(TopicName topic, ClientId client, boolean member, int most, Receipt receipt)
      implements Draft {}

  /// A client has come: its inbox begins, if it had none. The outcome is [Outcome.Noted].
  record Seen(ClientId client, Receipt receipt) implements Draft {
    @Override
    public TopicName topic() {
      return TopicName.inbox(client);
    }
  }

  /// A device has everything of its client's inbox up to `position`. Never moves back; the outcome
  /// is [Outcome.Noted], or `not_found` if the logs don't hold that position.
  ///
  /// @param device the client's own name for it
  record Acked(ClientId client, String device, InboxPosition position, Receipt receipt)
      implements Draft {
    @Override
    public TopicName topic() {
      return TopicName.inbox(client);
    }
  }

  /// A device has shown a notification to a person. The outcome is [Outcome.Noted], or `not_found`
  /// if there is no such notification in the client's inbox.
  ///
  /// @param device the client's own name for it
  /// @param log the topic that the notification is in
  /// @param position its place there
  record Shown(ClientId client, String device, TopicName log, Position position, Receipt receipt)
      implements Draft {
    @Override
    public TopicName topic() {
      return TopicName.inbox(client);
    }
  }

  /// Whether a message may be amended.
  interface TargetRule {
    TargetRule ANY = author -> null;

    /// Says why not, if it may not.
    ///
    /// @param author who sent the target
    /// @return why not; `null` if it may
    @Nullable ErrorCode refuses(ClientId author);
  }

  /// What is told of the outcome, once: on the journal's thread, after the commit, and before the
  /// entry is handed to any loop. It must neither block nor throw.
  interface Receipt {
    Receipt NONE = outcome -> {};

    void settled(Outcome outcome);
  }
}
