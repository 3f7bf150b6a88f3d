package dev.tertulia.server.topic;

/// The write side of the log of all topics. It stores what it accepts, assigns a position, and
/// hands it to the fan-out, in this order.
///
/// Two drafts that one thread appends to one topic keep their order, and every subscriber receives
/// the entries of a topic in order of offset. The queue is bounded; when it is full, a draft is
/// refused instead of waiting.
public interface Journal extends AutoCloseable {
  /// The immediate result of an append.
  enum Appended {
    /// Accepted: the receipt will be told the outcome.
    QUEUED,
    /// The queue is full, or nothing can be stored at the moment: certainly not stored, may be
    /// repeated later.
    BACK_PRESSURED,
    /// The journal is closed: certainly not stored.
    CLOSED
  }

  /// Queues `draft`. Never blocks; any thread. Unless the result is [Appended#QUEUED], the receipt
  /// is not called.
  Appended append(Draft draft);

  /// Stores and hands over what is queued, then accepts nothing more. Blocks until that is done.
  @Override
  void close();
}
