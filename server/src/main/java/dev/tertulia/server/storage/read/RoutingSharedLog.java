package dev.tertulia.server.storage.read;

import dev.tertulia.server.topic.Log;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.SharedLog;
import dev.tertulia.server.topic.TopicName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The shared logs of what lasts and of what need not, as one. Terms are drawn at random, so that
/// each is of one of them.
final class RoutingSharedLog implements SharedLog {
  private final SharedLog lasting;
  private final SharedLog passing;
  private final Predicate<TopicName> isLasting;

  RoutingSharedLog(SharedLog lasting, SharedLog passing, Predicate<TopicName> isLasting) {
    this.lasting = lasting;
    this.passing = passing;
    this.isLasting = isLasting;
  }

  @Override
  public void renew() {
    lasting.renew();
    passing.renew();
  }

  @Override
  public Map<TopicName, Position> ends(Collection<TopicName> topics) {
    List<TopicName> last = topics.stream().filter(isLasting).toList();
    List<TopicName> pass = topics.stream().filter(isLasting.negate()).toList();
    Map<TopicName, Position> ends = new HashMap<>();
    if (!last.isEmpty()) {
      ends.putAll(lasting.ends(last));
    }
    if (!pass.isEmpty()) {
      ends.putAll(passing.ends(pass));
    }
    return ends;
  }

  @Override
  public Log.@Nullable Page after(TopicName topic, Position after, int entries) {
    return (isLasting.test(topic) ? lasting : passing).after(topic, after, entries);
  }

  @Override
  public List<Batch> batches(Map<Long, Long> after) {
    List<Batch> batches = new ArrayList<>(lasting.batches(after));
    batches.addAll(passing.batches(after));
    return batches;
  }

  @Override
  public Map<Long, Long> lastBatches(Collection<Long> terms) {
    Map<Long, Long> last = new HashMap<>(lasting.lastBatches(terms));
    passing.lastBatches(terms).forEach((term, seq) -> last.merge(term, seq, Math::max));
    return last;
  }
}
