package dev.tertulia.server.cluster;

import dev.tertulia.server.topic.Log;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.SharedLog;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The database of a simulated cluster: what is committed is seen by all at once. Each reading is
/// of one moment, with whatever happens before and after it.
final class SimulatedLog implements SharedLog {
  private final Map<TopicName, List<Publication>> topics = new HashMap<>();
  private final Map<Long, List<Batch>> batches = new HashMap<>();
  private final List<Batch> order = new ArrayList<>();

  /// What is directly before each entry that there ever was, lost ones included.
  private final Map<TopicName, Map<Position, Position>> previous = new HashMap<>();

  private Runnable meanwhile;

  /// Whether nothing can be read.
  boolean down;

  /// @param meanwhile what goes on while somebody reads
  SimulatedLog(Runnable meanwhile) {
    this.meanwhile = meanwhile;
  }

  /// What happens after the next page was read, before that is told.
  void meanwhile(Runnable once) {
    meanwhile =
        () ->
            meanwhile =
                () -> {
                  meanwhile = () -> {};
                  once.run();
                };
  }

  private List<Publication> of(TopicName topic) {
    return topics.computeIfAbsent(topic, name -> new ArrayList<>());
  }

  long head(TopicName topic) {
    return of(topic).size();
  }

  /// Where a topic has its entry with that offset.
  Position position(TopicName topic, long offset) {
    return offset == 0 ? Position.START : of(topic).get((int) offset - 1).storedPosition();
  }

  /// Adds an entry at the end of its topic.
  ///
  /// @return the same, as its writer tells it
  Publication add(Publication publication) {
    TopicName topic = publication.topic();
    Position before = position(topic, head(topic));
    Publication added = publication.after(before.term());
    of(topic).add(added);
    previous.computeIfAbsent(topic, any -> new HashMap<>()).put(added.storedPosition(), before);
    return added;
  }

  /// What is directly before an entry that there ever was.
  Position previous(TopicName topic, Position position) {
    return Objects.requireNonNull(previous.getOrDefault(topic, Map.of()).get(position));
  }

  void add(Batch batch) {
    batches.computeIfAbsent(batch.term(), term -> new ArrayList<>()).add(batch);
    order.add(batch);
  }

  /// Loses its end, as a standby that was behind.
  void lose(int committed) {
    for (int i = Math.min(committed, order.size()); i > 0; i--) {
      Batch batch = order.removeLast();
      batches.getOrDefault(batch.term(), List.of()).remove(batch);
      for (End end : batch.ends()) {
        of(end.topic()).removeIf(entry -> entry.storedPosition().offset() >= firstOf(batch, end));
      }
    }
  }

  private long firstOf(Batch batch, End end) {
    long first = end.offset();
    while (first > 1 && of(end.topic()).get((int) first - 2).id().equals(id(batch))) {
      first--;
    }
    return first;
  }

  /// What the entries of a batch have as their id.
  static String id(Batch batch) {
    return batch.term() + ":" + batch.seq();
  }

  /// Whether it has a batch.
  boolean has(long term, long seq) {
    return batches.getOrDefault(term, List.of()).size() >= seq;
  }

  private void requireUp() {
    if (down) {
      throw new LogException("the database is down, on purpose", false, null);
    }
  }

  @Override
  public void renew() {}

  @Override
  public Map<TopicName, Position> ends(Collection<TopicName> some) {
    meanwhile.run();
    requireUp();
    Map<TopicName, Position> ends = new LinkedHashMap<>();
    some.forEach(topic -> ends.put(topic, position(topic, head(topic))));
    meanwhile.run();
    return ends;
  }

  @Override
  public Log.@Nullable Page after(TopicName topic, Position after, int entries) {
    meanwhile.run();
    requireUp();
    Log.Page page = page(topic, after, entries);
    meanwhile.run();
    return page;
  }

  /// The same without anything in between.
  Log.@Nullable Page page(TopicName topic, Position after, int entries) {
    if (after.offset() > head(topic) || !position(topic, after.offset()).equals(after)) {
      return null;
    }
    long end = Math.min(head(topic), after.offset() + entries);
    return new Log.Page(
        of(topic).subList((int) after.offset(), (int) end), position(topic, end), head(topic));
  }

  @Override
  public List<Batch> batches(Map<Long, Long> after) {
    meanwhile.run();
    requireUp();
    List<Batch> found = new ArrayList<>();
    after.forEach((term, seq) -> {
      List<Batch> all = batches.getOrDefault(term, List.of());
      all.stream().filter(batch -> batch.seq() > seq).limit(MOST_BATCHES).forEach(found::add);
    });
    meanwhile.run();
    return found;
  }

  @Override
  public Map<Long, Long> lastBatches(Collection<Long> terms) {
    meanwhile.run();
    requireUp();
    Map<Long, Long> last = new HashMap<>();
    terms.forEach(term -> last.put(term, (long) batches.getOrDefault(term, List.of()).size()));
    meanwhile.run();
    return last;
  }
}
