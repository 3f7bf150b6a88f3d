package dev.tertulia.server.storage.read;

import dev.tertulia.server.storage.CommitListener;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.TopicName;
import java.util.List;
import java.util.function.Consumer;

/// Keeps the tail consistent with the log.
public final class TailFeed implements CommitListener {
  private final Tail tail;
  private final Consumer<TopicName> renewed;

  /// @param renewed receives topics whose subscribers must start over, after the tail has been
  ///   updated
  public TailFeed(Tail tail, Consumer<TopicName> renewed) {
    this.tail = tail;
    this.renewed = renewed;
  }

  @Override
  public void committed(List<Publication> publications, List<Blanked> blanked) {
    tail.append(
        publications,
        blanked.stream()
            .map(entry -> new Tail.Replacement(entry.topic(), entry.offset(), entry.entry()))
            .toList());
  }

  @Override
  public void trimmed(TopicName topic, Position floor) {
    tail.trim(topic, floor);
  }

  @Override
  public void forgotten(TopicName topic) {
    tail.forget(topic);
  }

  @Override
  public void renewed(TopicName topic) {
    forgotten(topic);
    renewed.accept(topic);
  }
}
