package dev.tertulia.server.topic;

/// The log of all topics, where it is written. What it takes it stores, gives a position and hands
/// to the fan-out, in this order.
///
/// Two drafts that one thread appends to one topic keep their order, and every subscriber sees a
/// topic's entries in order of offset. The queue is bounded; at the bound a draft is refused, not
/// waited for.
public interface Journal extends AutoCloseable {
  /// What became of a draft.
  enum Appended {
    /// It will be settled: its receipt is told how.
    QUEUED,
    /// The queue is full, or nothing can be stored now: certainly not stored, and worth trying
    /// again later.
    BACK_PRESSURED,
    /// The journal is closed: certainly not stored.
    CLOSED
  }

  /// Queues `draft` without waiting. Any thread. Unless the answer is [Appended#QUEUED] the receipt
  /// is told nothing.
  Appended append(Draft draft);

  /// Stores and hands over what has queued, then takes no more. Waits for that.
  @Override
  void close();
}
