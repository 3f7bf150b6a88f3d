package dev.tertulia.server.topic;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The log of a database that several nodes write, as one of them looks for what the others have
/// written. All methods read from the database, so they block, and throw a [LogException] if it
/// can't be read now.
public interface SharedLog {
  /// The most batches that are read at once.
  int MOST_BATCHES = 1_000;

  /// What a batch has changed.
  ///
  /// @param seq its number within the term, without holes
  record Batch(long term, long seq, List<End> ends) {
    public Batch {
      ends = List.copyOf(ends);
    }
  }

  /// A topic that a batch has changed.
  ///
  /// @param offset of the last entry that it added; 0 if it has changed the topic in another way
  record End(TopicName topic, long offset) {}

  /// Another server may be in charge of the database: what is read from now on is read where it is
  /// now. Never blocks.
  void renew();

  /// Where topics end: at their newest entries, or where they begin.
  Map<TopicName, Position> ends(Collection<TopicName> topics);

  /// The entries after `after`, in order and without a gap; at most `entries`.
  ///
  /// @return `null` if the log does not hold that position, or no longer
  Log.@Nullable Page after(TopicName topic, Position after, int entries);

  /// The batches after a number in each term, in order within it; at most [#MOST_BATCHES], or so
  /// many of each database.
  ///
  /// @param after the last known batch by term
  List<Batch> batches(Map<Long, Long> after);

  /// The last batch of each term; 0 if it has none.
  Map<Long, Long> lastBatches(Collection<Long> terms);
}
