package dev.tertulia.server.storage;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.protocol.Entry;
import dev.tertulia.server.protocol.ErrorCode;
import dev.tertulia.server.storage.Committed.Blanked;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What is committed together, and what is to be told of it once it is. For one transaction, by the
/// writer.
///
/// Whoever adds something to it reads and decides first and writes then: what is refused has
/// written nothing, so the rest can be committed without it.
final class Batch {
  /// Somebody who is to be told.
  private record Settlement(Draft.Receipt receipt, Outcome outcome) {
    /// One that breaks its promise not to throw keeps nobody else from hearing.
    private void tell(Outcome what, EngineGuard guard) {
      try {
        receipt.settled(what);
      } catch (Throwable failure) {
        guard.caught("a receipt", failure);
      }
    }
  }

  /// A topic of which entries went.
  record Trimmed(TopicName topic, Position floor) {}

  final long term;
  final long seq;
  final long now;

  /// The topics that it touches, by their ids.
  private final Map<Long, TopicState> touched = new LinkedHashMap<>();

  private final List<Settlement> settlements = new ArrayList<>();
  private final List<Publication> publications = new ArrayList<>();
  private final List<Blanked> blanked = new ArrayList<>();
  private final List<Trimmed> trimmed = new ArrayList<>();
  private final Set<TopicName> forgotten = new LinkedHashSet<>();
  private final Set<TopicName> renewed = new LinkedHashSet<>();
  private boolean written;

  Batch(long term, long seq, long now) {
    this.term = term;
    this.seq = seq;
    this.now = now;
  }

  /// Stores an entry at the end of its topic.
  ///
  /// @param row at the offset after the head
  void append(LogTables tables, TopicState topic, EntryRow row, Publication publication)
      throws SQLException {
    tables.put(row);
    topic.head = row.offset();
    topic.time = row.time();
    topic.entries++;
    topic.added(row.kind());
    topic.bytes += row.body().length;
    if (topic.firstAdded == 0) {
      topic.firstAdded = row.offset();
    }
    touch(topic);
    publications.add(publication);
  }

  /// Stores an entry without its text.
  ///
  /// @return how it stands now
  EntryRow blank(LogTables tables, TopicState topic, EntryRow row) throws SQLException {
    long broadcasts =
        topic.name.kind() == TopicName.Kind.INBOX ? InboxView.broadcastsBefore(tables, row) : 0;
    EntryRow after = row.blanked(topic.name, broadcasts);
    replace(tables, topic, row, after);
    blanked.add(new Blanked(topic.name, row.offset(), after.entry()));
    return after;
  }

  /// Stores another row at the place of an entry, of which whoever keeps a copy is told otherwise.
  void replace(LogTables tables, TopicState topic, EntryRow row, EntryRow after)
      throws SQLException {
    tables.replace(after);
    topic.bytes += after.body().length - row.body().length;
    touch(topic);
  }

  /// Whoever keeps a copy of a topic is to forget it.
  void forget(TopicName topic) {
    forgotten.add(topic);
  }

  /// A topic is gone, for whoever keeps a copy of it.
  void letGo(TopicName topic) {
    forgotten.add(topic);
    written = true;
  }

  /// Whoever keeps a copy of a topic, or has subscribed to it, is to begin anew.
  void renew(TopicName topic) {
    renewed.add(topic);
  }

  /// The topics that whoever knows them is to begin anew with.
  Set<TopicName> renewed() {
    return renewed;
  }

  /// Lets entries go.
  ///
  /// @param floor the newest of them
  void trim(LogTables tables, TopicState topic, EntryRow floor, long count, long bytes)
      throws SQLException {
    tables.trim(topic.id, floor.offset());
    topic.floor = floor.offset();
    topic.floorTerm = floor.term();
    topic.entries -= count;
    topic.bytes -= bytes;
    touch(topic);
    trimmed.add(new Trimmed(topic.name, floor.position()));
  }

  /// Has the topic's row stored, though nothing of it changes.
  void include(TopicState topic) {
    touch(topic);
  }

  private void touch(TopicState topic) {
    topic.touched = true;
    touched.put(topic.id, topic);
    written = true;
  }

  /// Whether it stores the row of the topic with that id, which may not be there before.
  boolean touches(long topic) {
    return touched.containsKey(topic);
  }

  /// Notes that something was written that is no topic's entry.
  void wrote() {
    written = true;
  }

  void publish(Publication publication) {
    publications.add(publication);
  }

  void settle(Draft.Receipt receipt, Outcome outcome) {
    settlements.add(new Settlement(receipt, outcome));
  }

  /// Whether there is something to commit.
  boolean isWritten() {
    return written;
  }

  /// Whether texts may have been deleted that are still in a file.
  boolean hasBlanked() {
    return !blanked.isEmpty() || !renewed.isEmpty();
  }

  /// Writes what concerns all of it: the topics' rows, and its own.
  void finish(LogTables tables) throws SQLException {
    tables.put(new BatchRow(term, seq, now, false, storeTopics(tables)));
  }

  /// Writes the topics' rows.
  ///
  /// @return what was added to them, for the batch's row
  String storeTopics(LogTables tables) throws SQLException {
    StringBuilder entries = new StringBuilder();
    for (TopicState topic : touched.values()) {
      tables.put(topic.row());
      if (topic.firstAdded > 0) {
        entries.append(entries.isEmpty() ? "" : ",").append(topic.id).append(':');
        entries.append(topic.firstAdded).append('-').append(topic.head);
      }
    }
    return entries.toString();
  }

  /// The topics that it touched.
  Collection<TopicState> touched() {
    return touched.values();
  }

  /// Makes the topics that it touched ready for the next one.
  void release() {
    for (TopicState topic : touched.values()) {
      topic.touched = false;
      topic.firstAdded = 0;
    }
  }

  /// Tells those who keep a copy.
  void tell(Committed committed) {
    committed.committed(publications.stream().map(Publication::forEverybody).toList(), blanked);
    for (Trimmed each : trimmed) {
      committed.trimmed(each.topic(), each.floor());
    }
    forgotten.forEach(committed::forgotten);
    renewed.forEach(committed::renewed);
  }

  /// Tells everybody what became of his request.
  void settleAll(EngineGuard guard) {
    for (Settlement settlement : settlements) {
      settlement.tell(settlement.outcome(), guard);
    }
  }

  /// Tells everybody that nothing of it is stored, but those who were refused anyway.
  void refuseAll(EngineGuard guard) {
    for (Settlement settlement : settlements) {
      Outcome outcome =
          settlement.outcome() instanceof Outcome.Refused refused
              ? refused
              : new Outcome.Refused(ErrorCode.UNAVAILABLE);
      settlement.tell(outcome, guard);
    }
  }

  /// What is to be handed to the loops.
  List<Publication> publications() {
    return publications;
  }

  /// The entry of a publication that was stored, as it is published.
  static Publication publication(TopicState topic, EntryRow row, Entry.Kept entry) {
    Position position = row.position();
    String id = EntryRow.id(topic.name, position, row.request());
    return Publication.kept(topic.name, position, row.time(), id, entry);
  }
}
