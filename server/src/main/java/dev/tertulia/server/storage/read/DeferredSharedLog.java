package dev.tertulia.server.storage.read;

import dev.tertulia.server.topic.Log;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.SharedLog;
import dev.tertulia.server.topic.TopicName;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A shared log that is opened later than what uses it: until then it can't be read.
public final class DeferredSharedLog implements SharedLog {
  private volatile @Nullable SharedLog opened;

  /// It is open.
  public void open(SharedLog log) {
    opened = log;
  }

  private SharedLog log() {
    SharedLog log = opened;
    if (log == null) {
      throw new LogException("the database is not open yet", false, null);
    }
    return log;
  }

  @Override
  public void renew() {
    log().renew();
  }

  @Override
  public Map<TopicName, Position> ends(Collection<TopicName> topics) {
    return log().ends(topics);
  }

  @Override
  public Log.@Nullable Page after(TopicName topic, Position after, int entries) {
    return log().after(topic, after, entries);
  }

  @Override
  public List<Batch> batches(Map<Long, Long> after) {
    return log().batches(after);
  }

  @Override
  public Map<Long, Long> lastBatches(Collection<Long> terms) {
    return log().lastBatches(terms);
  }
}
