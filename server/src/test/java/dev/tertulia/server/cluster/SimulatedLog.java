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
import org.jspecify.annotations.Nullable;

/// The database of a simulated cluster: what is committed is seen by all at once. Each reading is
/// of one moment, with whatever happens before and after it.
final class SimulatedLog implements SharedLog {
  private final Map<TopicName, List<Publication>> topics = new HashMap<>();
  private final Map<Long, List<Batch>> batches = new HashMap<>();
  private final Runnable meanwhile;

  /// Whether nothing can be read.
  boolean down;

  /// @param meanwhile what goes on while somebody reads
  SimulatedLog(Runnable meanwhile) {
    this.meanwhile = meanwhile;
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

  void add(Publication publication) {
    of(publication.topic()).add(publication);
  }

  void add(Batch batch) {
    batches.computeIfAbsent(batch.term(), term -> new ArrayList<>()).add(batch);
  }

  private void requireUp() {
    if (down) {
      throw new LogException("the database is down, on purpose", false, null);
    }
  }

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
    Map<Long, Long> last = new HashMap<>();
    terms.forEach(term -> last.put(term, (long) batches.getOrDefault(term, List.of()).size()));
    return last;
  }
}
