package dev.tertulia.server.storage.journal;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.storage.journal.TopicCache.TopicState;
import dev.tertulia.server.storage.rows.ClientRow;
import dev.tertulia.server.storage.rows.EntryBody;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.rows.ParticipantRow;
import dev.tertulia.server.storage.rows.ReactionRow;
import dev.tertulia.server.storage.rows.RequestRow;
import dev.tertulia.server.storage.rows.RowChange;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.RateLimitedLog;
import dev.tertulia.server.topic.TopicName;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Adds drafts to a batch: detects repeated requests, decides whether a target may be amended, and
/// stores what is new, with all consequences. Owned by the writer.
///
/// A refused draft leaves nothing in the transaction; neither does one that meets damaged rows or a
/// bug. All other drafts are stored nevertheless.
final class EntryAppender {
  private static final Logger log = LoggerFactory.getLogger(EntryAppender.class);

  /// How long a request is remembered that stored no entry, such as one that adds an existing
  /// reaction.
  private static final Duration WITHOUT_ENTRY = Duration.ofDays(1);

  /// Clients may ask for the same damaged entry as often as they like.
  private final RateLimitedLog faults = new RateLimitedLog(System::nanoTime, Duration.ofMinutes(1));

  private final LogTables tables;
  private final TopicCache topicCache;
  private final ClientCache clients;
  private final NewNames names;
  private final InboxAppender inboxes;

  EntryAppender(LogTables tables, TopicCache topicCache, ClientCache clients, NewNames names) {
    this.names = names;
    this.tables = tables;
    this.topicCache = topicCache;
    this.clients = clients;
    inboxes = new InboxAppender(tables, topicCache, clients);
  }

  /// Adds `draft` to `batch`.
  ///
  /// @param facts has loaded what the draft needs
  /// @throws SQLException if the database fails, and the transaction with it
  void add(WriteBatch writeBatch, Facts facts, Draft draft) throws SQLException {
    switch (draft) {
      case Draft.Append append -> add(writeBatch, facts, append);
      case Draft.Mark mark -> add(writeBatch, facts, mark);
      case Draft.Membership change -> add(writeBatch, facts, change);
      case Draft.Seen seen ->
          settle(writeBatch, seen.receipt(), () -> inboxes.seen(writeBatch, facts, seen));
      case Draft.Acked acked ->
          settle(writeBatch, acked.receipt(), () -> inboxes.acked(writeBatch, facts, acked));
      case Draft.Shown shown ->
          settle(writeBatch, shown.receipt(), () -> inboxes.shown(writeBatch, facts, shown));
      case Draft.Records records -> {
        ((RowChange) records.change()).write(tables);
        writeBatch.wrote();
        writeBatch.settle(records.receipt(), new Outcome.Noted());
      }
      case Draft.Signal signal -> {
        long head = signal.topic().kind() == TopicName.Kind.PRESENCE ? 0 : head(signal.topic());
        writeBatch.publish(
            new Publication(
                signal.topic(), null, head, writeBatch.now, "", signal.entry(), signal.except()));
      }
    }
  }

  private void tell(String what, LogException e) {
    faults.met(
        what + e.getMessage(),
        suffix ->
            log.error(
                "{}: {}{}. './tertulia check' lists what is damaged",
                what,
                e.getMessage(),
                suffix));
  }

  private long head(TopicName topic) throws SQLException {
    try {
      return topicCache.of(topic).head;
    } catch (LogException e) {
      tell("A signal is delivered as if its topic were empty", e);
      return 0;
    }
  }

  /// An operation on an inbox.
  private interface Doing {
    Outcome now() throws SQLException;
  }

  private void settle(WriteBatch writeBatch, Draft.Receipt receipt, Doing doing)
      throws SQLException {
    Outcome outcome;
    try {
      outcome = doing.now();
    } catch (LogException e) {
      tell("A notification request is refused", e);
      outcome = new Outcome.Refused(ErrorCode.INTERNAL);
    } catch (RuntimeException e) {
      log.error("An entry is refused because of a bug: please report it", e);
      outcome = new Outcome.Refused(ErrorCode.INTERNAL);
    }
    writeBatch.settle(receipt, outcome);
  }

  private void add(WriteBatch writeBatch, Facts facts, Draft.Append append) throws SQLException {
    switch (append.entry()) {
      case Entry.InboxRead read ->
          settle(writeBatch, append.receipt(), () -> inboxes.read(writeBatch, facts, append, read));
      case Entry.Revocation revocation ->
          settle(
              writeBatch,
              append.receipt(),
              () -> inboxes.revoke(writeBatch, facts, append, revocation));
      case Entry.Amendment amendment -> addNew(writeBatch, facts, append);
      case Entry.Chat chat -> addNew(writeBatch, facts, append);
      case Entry.Notification notification -> addNew(writeBatch, facts, append);
      case Entry.Unreadable unreadable -> throw EntryBody.notStored(unreadable);
    }
  }

  private void addNew(WriteBatch writeBatch, Facts facts, Draft.Append append) throws SQLException {
    Decided decided;
    try {
      decided = decide(writeBatch, facts, append);
    } catch (LogException e) {
      tell("An entry is refused", e);
      decided = new Decided.Told(new Outcome.Refused(ErrorCode.INTERNAL));
    } catch (RuntimeException e) {
      log.error("An entry is refused because of a bug: please report it", e);
      decided = new Decided.Told(new Outcome.Refused(ErrorCode.INTERNAL));
    }
    Outcome outcome =
        switch (decided) {
          case Decided.Told told -> told.outcome();
          case Decided.Standing standing -> remember(writeBatch, facts, append, standing);
          case Decided.New fresh -> store(writeBatch, facts, fresh);
        };
    writeBatch.settle(append.receipt(), outcome);
  }

  /// A repeated request gets its first outcome, whatever the outcome would be now.
  private Decided decide(WriteBatch writeBatch, Facts facts, Draft.Append append)
      throws SQLException {
    TopicState topic = topicCache.of(append.topic());
    String id = append.id();
    if (id == null) {
      return consider(writeBatch, facts, topic, append, null);
    }
    byte[] digest = RequestRow.digestOf(append.entry());
    RequestRow before = facts.request(topic, append.entry().client().value(), id);
    return before == null
        ? consider(writeBatch, facts, topic, append, digest)
        : new Decided.Told(again(topic.name, before, digest));
  }

  /// Decides about a request that is new.
  ///
  /// @param digest of its content; `null` if it has no id
  private Decided consider(
      WriteBatch writeBatch,
      Facts facts,
      TopicState topic,
      Draft.Append append,
      byte @Nullable [] digest)
      throws SQLException {
    Entry.Kept entry =
        append.entry() instanceof Entry.Notification notification
            ? inboxes.placed(append.topic(), notification)
            : append.entry();
    String client = entry.client().value();
    EntryRow target = null;
    if (entry instanceof Entry.Amendment amendment) {
      target = message(facts, topic, amendment.target());
      if (target == null || (target.sound() && target.deleted())) {
        return refused(ErrorCode.NOT_FOUND);
      }
      if (!(entry instanceof Entry.Deletion)) {
        // An unreadable entry can be deleted, but not otherwise amended.
        target.entry();
      }
      ErrorCode refusal = append.rule().refuses(new ClientId(target.client()));
      if (refusal != null) {
        return refused(refusal);
      }
    } else if (entry instanceof Entry.Chat chat
        && chat.replyTo() != null
        && message(facts, topic, chat.replyTo()) == null) {
      return refused(ErrorCode.NOT_FOUND);
    }
    boolean isRoom = append.topic().kind() == TopicName.Kind.ROOM;
    Outcome.Refused limited =
        isRoom && topic.isNew ? names.room(facts, client, writeBatch.now) : null;
    if (limited != null) {
      return new Decided.Told(limited);
    }
    ReactionRow standing = null;
    if (entry instanceof Entry.Reaction reaction) {
      standing = facts.reaction(topic, reaction.target(), reaction.emoji(), client);
      if (reaction.removed() && standing == null) {
        return refused(ErrorCode.NOT_FOUND);
      }
      if (!reaction.removed() && standing != null) {
        EntryRow first = sound(facts.entry(topic, standing.offset()));
        if (first != null) {
          return new Decided.Standing(first, digest);
        }
      }
    }
    EntryRow row =
        new EntryRow(
            topic.id,
            topic.next(),
            writeBatch.term,
            writeBatch.now,
            EntryBody.kind(entry),
            client,
            append.id(),
            entry instanceof Entry.Amendment amendment ? amendment.target() : null,
            false,
            EntryBody.write(entry));
    List<EntryRow> edits =
        entry instanceof Entry.Deletion
            ? facts.amendments(topic, row.target() == null ? 0 : row.target()).stream()
                .filter(amendment -> EntryBody.isEdit(amendment.kind()))
                .toList()
            : List.of();
    ParticipantRow sender = isRoom ? facts.unnotedSender(client, topic) : null;
    ClientRow newcomer =
        append.topic().kind() == TopicName.Kind.INBOX
            ? clients.meet(facts, append.topic().name(), false, writeBatch.now)
            : null;
    limited = newcomer == null ? null : names.inbox(facts, client, writeBatch.now);
    if (limited != null) {
      return new Decided.Told(limited);
    }
    return new Decided.New(topic, entry, row, digest, target, edits, standing, sender, newcomer);
  }

  /// The chat message at `offset`; `null` if there is none.
  private static @Nullable EntryRow message(Facts facts, TopicState topic, long offset)
      throws SQLException {
    EntryRow row = offset > topic.floor && offset <= topic.head ? facts.entry(topic, offset) : null;
    return row != null && (EntryBody.isChat(row.kind()) || !row.sound()) ? row : null;
  }

  /// @throws LogException if the row is damaged
  private static @Nullable EntryRow sound(@Nullable EntryRow row) {
    if (row != null && !row.sound()) {
      row.entry();
    }
    return row;
  }

  private static Outcome again(TopicName topic, RequestRow before, byte[] digest) {
    return before.digest().length == 0 || Arrays.equals(before.digest(), digest)
        ? new Outcome.Stored(
            before.position(), before.time(), EntryRow.id(topic, before.position(), before.id()))
        : new Outcome.Refused(ErrorCode.CONFLICT);
  }

  private static Decided refused(ErrorCode code) {
    return new Decided.Told(new Outcome.Refused(code));
  }

  private Outcome store(WriteBatch writeBatch, Facts facts, Decided.New fresh) throws SQLException {
    EntryRow row = fresh.row();
    TopicState topic = fresh.topic();
    if (topic.isNew) {
      topicCache.began(topic);
      if (topic.name.kind() == TopicName.Kind.ROOM) {
        names.beganRoom(facts, row.client(), writeBatch.now);
      }
    }
    facts.add(row);
    writeBatch.added(topic, row, WriteBatch.publication(topic, row, fresh.entry()));
    if (row.request() != null && fresh.digest() != null) {
      facts.put(RequestRow.of(row, row.request(), fresh.digest(), null));
    }
    if (fresh.newcomer() != null) {
      facts.put(fresh.newcomer());
      clients.stored(fresh.newcomer());
      names.beganInbox(facts, row.client(), writeBatch.now);
    }
    if (fresh.sender() != null) {
      facts.put(fresh.sender().withSent(), topic);
    }
    switch (fresh.entry()) {
      case Entry.Deletion deletion -> {
        if (fresh.target() != null) {
          blank(writeBatch, facts, topic, fresh.target());
          facts.removeReactions(topic, deletion.target());
        }
        for (EntryRow edit : fresh.edits()) {
          blank(writeBatch, facts, topic, edit);
        }
      }
      case Entry.Reaction reaction -> {
        if (reaction.removed()) {
          if (fresh.standing() != null) {
            facts.remove(fresh.standing());
          }
        } else {
          facts.put(
              new ReactionRow(
                  topic.id, reaction.target(), reaction.emoji(), row.client(), row.offset()));
        }
      }
      case Entry.Chat chat -> {}
      case Entry.Edit edit -> {}
      case Entry.Notification notification -> {}
      case Entry.InboxRead read -> {}
      case Entry.Revocation revocation -> {}
      case Entry.Unreadable unreadable -> {}
    }
    return stored(topic.name, row, row.request());
  }

  /// Removes the text of an entry of a room, and the digest of its request.
  private static void blank(WriteBatch writeBatch, Facts facts, TopicState topic, EntryRow row)
      throws SQLException {
    EntryRow after = row.blanked(topic.name, 0);
    facts.replace(after);
    writeBatch.blanked(topic, row, after);
    facts.blankRequestOf(row);
  }

  private static Outcome remember(
      WriteBatch writeBatch, Facts facts, Draft.Append append, Decided.Standing standing) {
    EntryRow first = standing.first();
    if (append.id() != null && standing.digest() != null) {
      facts.put(
          RequestRow.of(
              first, append.id(), standing.digest(), writeBatch.now + WITHOUT_ENTRY.toMillis()));
      writeBatch.wrote();
    }
    return stored(append.topic(), first, append.id());
  }

  private static Outcome.Stored stored(TopicName topic, EntryRow row, @Nullable String id) {
    Position position = row.position();
    return new Outcome.Stored(position, row.time(), EntryRow.id(topic, position, id));
  }

  private void add(WriteBatch writeBatch, Facts facts, Draft.Mark mark) throws SQLException {
    Outcome outcome;
    try {
      TopicState topic = topicCache.of(mark.topic());
      ParticipantRow row = facts.participant(mark.client().value(), topic);
      if (row == null) {
        row = new ParticipantRow(mark.client().value(), topic.id, false, false, 0);
      }
      long read = Math.min(mark.offset(), topic.head);
      if (read > row.read()) {
        facts.put(row.withRead(read), topic);
        writeBatch.wrote();
      }
      outcome = new Outcome.Marked(Math.max(read, row.read()));
    } catch (LogException e) {
      tell("A read marker is refused", e);
      outcome = new Outcome.Refused(ErrorCode.INTERNAL);
    }
    writeBatch.settle(mark.receipt(), outcome);
  }

  private void add(WriteBatch writeBatch, Facts facts, Draft.Membership change)
      throws SQLException {
    Outcome outcome;
    try {
      outcome = put(writeBatch, facts, change);
    } catch (LogException e) {
      tell("A change of a member list is refused", e);
      outcome = new Outcome.Refused(ErrorCode.INTERNAL);
    }
    writeBatch.settle(change.receipt(), outcome);
  }

  /// Adds a member to a room, or removes it. The topic gets its row with its first member.
  private Outcome put(WriteBatch writeBatch, Facts facts, Draft.Membership change)
      throws SQLException {
    TopicState topic = topicCache.of(change.topic());
    String client = change.client().value();
    ParticipantRow before = facts.participant(client, topic);
    boolean isMember = before != null && before.member();
    if (isMember == change.member()) {
      return new Outcome.Listed(false);
    }
    if (change.member() && facts.hasMembers(topic, change.most())) {
      return new Outcome.Refused(ErrorCode.CONFLICT);
    }
    ParticipantRow row =
        before == null ? new ParticipantRow(client, topic.id, false, false, 0) : before;
    if (topic.isNew) {
      topicCache.began(topic);
    }
    facts.put(row.withMember(change.member()), topic);
    writeBatch.include(topic);
    return new Outcome.Listed(true);
  }

  /// The decision about an entry, before anything is written.
  private sealed interface Decided {
    /// Nothing is stored.
    record Told(Outcome outcome) implements Decided {}

    /// An existing reaction: answered as when it was added.
    ///
    /// @param digest of the content, if it has an id
    record Standing(EntryRow first, byte @Nullable [] digest) implements Decided {}

    /// The entry will be stored.
    ///
    /// @param digest of its content, if it has an id
    /// @param target what it amends
    /// @param edits of the target, if that is deleted
    /// @param standing the reaction that it removes
    /// @param sender whose sending is to be noted
    /// @param newcomer whose inbox begins with it
    record New(
        TopicState topic,
        Entry.Kept entry,
        EntryRow row,
        byte @Nullable [] digest,
        @Nullable EntryRow target,
        List<EntryRow> edits,
        @Nullable ReactionRow standing,
        @Nullable ParticipantRow sender,
        @Nullable ClientRow newcomer)
        implements Decided {}
  }
}
