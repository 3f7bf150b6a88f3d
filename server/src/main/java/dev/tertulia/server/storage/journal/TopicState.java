package dev.tertulia.server.storage.journal;

import dev.tertulia.server.storage.rows.EntryBody;
import dev.tertulia.server.storage.rows.TopicBounds;
import dev.tertulia.server.storage.rows.TopicRow;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.TopicName;

/// The row of a topic in the transaction of the writer. Owned by the writer; invalid after a
/// transaction that touched it was rolled back.
public final class TopicState {
  public final TopicName name;
  public final long id;
  public long head;
  public long floor;
  public long floorTerm;
  long time;
  public long entries;
  long bytes;

  /// The number of entries that are messages or notifications; -1 until they have been counted.
  private long messages = -1;

  /// The first offset that the transaction under way has added; 0 if it has added none.
  long firstAdded;

  /// Whether it has no row yet, nor gets one with what is written now.
  boolean isNew;

  /// Whether the row must be stored.
  boolean touched;

  /// A topic without a row, which begins after an offset: 0, or more if rooms were removed; then it
  /// has the term 0, which belongs to no writer.
  TopicState(TopicName name, long id, long beginning) {
    head = beginning;
    floor = beginning;
    this.name = name;
    this.id = id;
    messages = 0;
    isNew = true;
  }

  TopicState(TopicRow row) {
    name = row.topic();
    id = row.id();
    head = row.head();
    floor = row.floor();
    floorTerm = row.floorTerm();
    time = row.time();
    entries = row.entries();
    bytes = row.bytes();
  }

  /// Whether [#messages] is known.
  boolean isCounted() {
    return messages >= 0;
  }

  /// The number of entries that are messages or notifications; -1 until they have been counted.
  long messages() {
    return messages;
  }

  /// Notes how many there are.
  void counted(long count) {
    messages = count;
  }

  /// An entry of that kind was added.
  void added(int kind) {
    if (isCounted() && EntryBody.isMessage(kind)) {
      messages++;
    }
  }

  /// Where its log begins and ends.
  TopicBounds bounds() {
    return new TopicBounds(id, head, floor, floorTerm);
  }

  TopicRow row() {
    return new TopicRow(
        id,
        TopicRow.kindOf(name.kind()),
        name.name(),
        head,
        floor,
        floorTerm,
        time,
        entries,
        bytes);
  }

  /// The offset of the entry that comes next.
  ///
  /// @throws LogException if there is none, as in a topic that an earlier version imported with the
  ///   highest number as its offset
  long next() {
    if (head == Long.MAX_VALUE) {
      throw new LogException(
          "%s has used all its offsets and accepts no more entries: use another one"
              .formatted(name.label()),
          false,
          null);
    }
    return head + 1;
  }
}
