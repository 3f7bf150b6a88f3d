package dev.tertulia.server.storage.journal;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.storage.CommitListener;
import dev.tertulia.server.storage.CommitListener.Blanked;
import dev.tertulia.server.storage.journal.TopicCache.TopicState;
import dev.tertulia.server.storage.rows.BatchRow;
import dev.tertulia.server.storage.rows.EntryRow;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.Settlements;
import dev.tertulia.server.topic.TopicName;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A group of drafts that are committed together, with the outcomes to report afterwards. For one
/// transaction, owned by the writer.
///
/// Each addition first reads and decides and then changes something: a refused draft has changed
/// nothing, so the rest can be committed without it.
public final class WriteBatch {
  /// A topic of which entries were removed.
  record Trimmed(TopicName topic, Position floor) {}

  final long term;
  public final long seq;
  public final long now;

  /// The affected topics, by id.
  private final Map<Long, TopicState> touched = new LinkedHashMap<>();

  private Settlements settlements = new Settlements();
  private final List<Publication> publications = new ArrayList<>();
  private final List<Blanked> blanked = new ArrayList<>();
  private final List<Trimmed> trimmed = new ArrayList<>();
  private final Set<TopicName> forgotten = new LinkedHashSet<>();
  private final Set<TopicName> renewed = new LinkedHashSet<>();

  /// The ids of topics that have changed otherwise than by entries at their ends.
  private final Set<Long> changed = new LinkedHashSet<>();

  private boolean written;
  private long trimmedEntries;

  public WriteBatch(long term, long seq, long now) {
    this.term = term;
    this.seq = seq;
    this.now = now;
  }

  /// An entry was added at the end of its topic.
  ///
  /// @param row at the offset after the head
  void added(TopicState topic, EntryRow row, Publication publication) {
    topic.head = row.offset();
    topic.headTerm = row.term();
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

  /// An entry has lost its text.
  ///
  /// @param row as it was
  /// @param after as it is now
  void blanked(TopicState topic, EntryRow row, EntryRow after) {
    replaced(topic, row, after);
    changed.add(topic.id);
    blanked.add(new Blanked(topic.name, row.offset(), after.entry()));
  }

  /// Replaces the row of an entry by a much smaller one at the end of the table, so that the space
  /// of the old one becomes free; listeners are told in another way.
  public void replaceAtEnd(LogTables tables, TopicState topic, EntryRow row, EntryRow after)
      throws SQLException {
    tables.replaceAtEnd(after);
    changed.add(topic.id);
    replaced(topic, row, after);
  }

  private void replaced(TopicState topic, EntryRow row, EntryRow after) {
    topic.bytes += after.body().length - row.body().length;
    touch(topic);
  }

  /// Listeners must forget a topic.
  public void forget(TopicName topic) {
    forgotten.add(topic);
  }

  /// What others know of a topic is invalid.
  public void changed(long topic) {
    changed.add(topic);
  }

  /// Listeners are told that a topic no longer exists.
  void letGo(TopicName topic, long id) {
    forgotten.add(topic);
    changed.add(id);
    written = true;
  }

  /// Listeners and subscribers of a topic must start over.
  public void renew(TopicName topic) {
    renewed.add(topic);
  }

  /// The topics whose listeners and subscribers must start over.
  public Set<TopicName> renewed() {
    return renewed;
  }

  /// Removes the oldest entries.
  ///
  /// @param floor the newest removed entry
  void trim(LogTables tables, TopicState topic, EntryRow floor, long count, long bytes)
      throws SQLException {
    tables.trim(topic.id, floor.offset());
    changed.add(topic.id);
    trimmedEntries += count;
    topic.floor = floor.offset();
    topic.floorTerm = floor.term();
    topic.entries -= count;
    topic.bytes -= bytes;
    touch(topic);
    trimmed.add(new Trimmed(topic.name, floor.position()));
  }

  /// Stores the row of a topic even if nothing in it changes.
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

  /// Records that something other than an entry was written.
  public void wrote() {
    written = true;
  }

  public void publish(Publication publication) {
    publications.add(publication);
  }

  public void settle(Draft.Receipt receipt, Outcome outcome) {
    settlements.add(receipt, outcome);
  }

  /// Whether there is something to commit.
  public boolean isWritten() {
    return written;
  }

  /// The number of entries that were removed because of their retention.
  long trimmedEntries() {
    return trimmedEntries;
  }

  /// Whether texts may have been deleted that are still in a file.
  boolean hasBlanked() {
    return !blanked.isEmpty() || !renewed.isEmpty();
  }

  /// Writes what concerns all of it: the topics' rows, and its own.
  public void finish(LogTables tables) throws SQLException {
    tables.put(new BatchRow(term, seq, now, false, storeTopics(tables)));
  }

  /// Writes the topics' rows.
  ///
  /// @return what was added to them, for the batch's row: `topic:first-last` of each, separated by
  ///   commas. In a shared database topics that have changed otherwise follow as `topic:*`: what
  ///   others know of them is invalid
  public String storeTopics(LogTables tables) throws SQLException {
    StringBuilder entries = new StringBuilder();
    for (TopicState topic : touched.values()) {
      tables.put(topic.row());
      if (topic.firstAdded > 0) {
        entries.append(entries.isEmpty() ? "" : ",").append(topic.id).append(':');
        entries.append(topic.firstAdded).append('-').append(topic.head);
      }
    }
    if (tables.isShared()) {
      for (long topic : changed) {
        entries.append(entries.isEmpty() ? "" : ",").append(topic).append(":*");
      }
    }
    return entries.toString();
  }

  /// The topics that it touched.
  Collection<TopicState> touched() {
    return touched.values();
  }

  /// Makes the topics that it touched ready for the next one.
  public void release() {
    for (TopicState topic : touched.values()) {
      topic.touched = false;
      topic.firstAdded = 0;
    }
  }

  /// Tells the listeners, in order. Never throws: a listener that fails does not keep the others
  /// from being told.
  ///
  /// @return the listeners that failed, and so may have missed a part
  List<CommitListener> tell(List<CommitListener> listeners, EngineGuard guard) {
    List<CommitListener> failed = List.of();
    @Nullable List<Publication> stored = null;
    for (CommitListener listener : listeners) {
      try {
        if (stored == null) {
          stored = publications.stream().map(Publication::forEverybody).toList();
        }
        tell(listener, stored);
      } catch (Throwable failure) {
        guard.caught("a copy of the log", failure);
        if (failed.isEmpty()) {
          failed = new ArrayList<>(listeners.size());
        }
        failed.add(listener);
      }
    }
    return failed;
  }

  private void tell(CommitListener listener, List<Publication> stored) {
    listener.committed(term, written ? seq : 0, stored, blanked);
    for (Trimmed each : trimmed) {
      listener.trimmed(each.topic(), each.floor());
    }
    forgotten.forEach(listener::forgotten);
    renewed.forEach(listener::renewed);
    listener.told();
  }

  /// Reports all outcomes.
  void settleAll(EngineGuard guard) {
    settlements.tell(guard);
  }

  /// Reports that it is not known whether the batch is stored, except to drafts that were refused
  /// anyway. Nothing is reported to them later.
  void leaveOpen(EngineGuard guard) {
    Outcome unconfirmed = new Outcome.Unconfirmed();
    settlements.replaceAll(outcome -> outcome instanceof Outcome.Refused ? outcome : unconfirmed);
    settlements.tell(guard);
    settlements = new Settlements();
  }

  /// Reports that nothing of the batch is stored, except to drafts that were refused anyway.
  void refuseAll(EngineGuard guard) {
    Outcome unavailable = new Outcome.Refused(ErrorCode.UNAVAILABLE);
    settlements.replaceAll(outcome -> outcome instanceof Outcome.Refused ? outcome : unavailable);
    settlements.tell(guard);
  }

  /// The publications for the loops.
  List<Publication> publications() {
    return publications;
  }

  /// The entry of a publication that was stored, as it is published.
  static Publication publication(TopicState topic, EntryRow row, Entry.Kept entry) {
    Position position = row.position();
    String id = EntryRow.id(topic.name, position, row.request());
    return Publication.kept(topic.name, position, row.time(), id, entry).after(topic.headTerm);
  }
}
