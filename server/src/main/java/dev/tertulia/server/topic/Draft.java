package dev.tertulia.server.topic;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.ErrorCode;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// An operation on its way to the journal. It has a topic, but no position in it yet.
public sealed interface Draft {
  TopicName topic();

  /// An entry to be stored and then delivered.
  ///
  /// @param id the request id given by the sender, at most 128 characters: repeating the same
  ///   client, topic and `id` stores nothing and yields the first outcome, or `conflict` for other
  ///   content. `null` for none
  /// @param rule decides whether the target of an [Entry.Amendment] may be amended; called within
  ///   the transaction, and for amendments only
  /// @param except the subscribers to which it is not delivered live; `null` for none
  record Append(
      TopicName topic,
      Entry.Kept entry,
      @Nullable String id,
      TargetRule rule,
      Receipt receipt,
      @Nullable Exclusion except)
      implements Draft {
    public Append(TopicName topic, Entry.Kept entry) {
      this(topic, entry, null, TargetRule.ANY, Receipt.NONE);
    }

    public Append(
        TopicName topic, Entry.Kept entry, @Nullable String id, TargetRule rule, Receipt receipt) {
      this(topic, entry, id, rule, receipt, null);
    }
  }

  /// A signal: it keeps its place in the order of its topic, but is not stored.
  ///
  /// @param except the subscribers that must not receive it; `null` for none
  record Signal(TopicName topic, Entry.Signal entry, @Nullable Exclusion except) implements Draft {
    public Signal(TopicName topic, Entry.Signal entry) {
      this(topic, entry, null);
    }
  }

  /// Moves the read marker of a client to `offset`, never back and never past the end; the outcome
  /// is [Outcome.Marked] with the resulting marker.
  record Mark(TopicName topic, ClientId client, long offset, Receipt receipt) implements Draft {}

  /// Adds a client to the members of a room, or removes it. The member list is kept regardless of
  /// the retention of the room. If nothing changes, the outcome is [Outcome.Listed] as well.
  ///
  /// @param member whether the client is to be a member
  /// @param most the maximum number of members; beyond it the outcome is `conflict`
  record Membership(TopicName topic, ClientId client, boolean member, int most, Receipt receipt)
      implements Draft {}

  /// Records that a client has connected, and creates its inbox if it has none. The outcome is
  /// [Outcome.Noted].
  record Seen(ClientId client, Receipt receipt) implements Draft {
    @Override
    public TopicName topic() {
      return TopicName.inbox(client);
    }
  }

  /// Records that a device has everything in the inbox of its client up to `position`. Never moves
  /// back; the outcome is [Outcome.Noted], or `not_found` if the logs do not contain that position.
  ///
  /// @param device the name that the client gives to the device
  record Acked(ClientId client, String device, InboxPosition position, Receipt receipt)
      implements Draft {
    @Override
    public TopicName topic() {
      return TopicName.inbox(client);
    }
  }

  /// Records that a device has shown a notification to a person. The outcome is [Outcome.Noted], or
  /// `not_found` if the inbox of the client does not contain it.
  ///
  /// @param device the name that the client gives to the device
  /// @param log the topic that contains the notification
  /// @param position its position in that topic
  record Shown(ClientId client, String device, TopicName log, Position position, Receipt receipt)
      implements Draft {
    @Override
    public TopicName topic() {
      return TopicName.inbox(client);
    }
  }

  /// Changes records that belong to no topic, such as revocations, all of them or none. They are in
  /// the lasting database, and concern no client's data. The outcome is [Outcome.Noted].
  record Records(RecordChange change, Receipt receipt) implements Draft {
    /// None; this one stands for it.
    @Override
    public TopicName topic() {
      return TopicName.BROADCASTS;
    }
  }

  /// What [Records] change. Only the storage that made it knows what it is.
  interface RecordChange {}

  /// Decides whether a message may be amended.
  interface TargetRule {
    TargetRule ANY = author -> null;

    /// Checks an amendment.
    ///
    /// @param author the sender of the target
    /// @return the reason for a refusal; `null` if it is allowed
    @Nullable ErrorCode refuses(ClientId author);
  }

  /// Receives the outcome, at most once: after the commit, and before the entry is delivered on any
  /// loop. It must neither block nor throw.
  interface Receipt {
    Receipt NONE = outcome -> {};

    /// Called on [#loop], or on the thread of the journal.
    void settled(Outcome outcome);

    /// The loop to call it on; if that has ended, it is not called. `null` for the thread of the
    /// journal.
    default @Nullable Executor loop() {
      return null;
    }
  }
}
