package dev.tertulia.server.storage.journal;

import dev.tertulia.server.storage.Durability;
import dev.tertulia.server.topic.Draft;
import dev.tertulia.server.topic.Journal;
import dev.tertulia.server.topic.TopicName;
import java.util.function.Function;

/// The journals of a server, one for each durability: a draft goes to the journal of its topic, and
/// so do the signals of that topic, in order.
public final class RoutingJournal implements Journal {
  private final Function<TopicName, Durability> keeping;
  private final Journal durable;
  private final Journal memory;
  private final Journal signal;

  /// @param keeping the durability of a topic: always the same for the same topic. Called by the
  ///   appending thread. Not asked about presence, which only has signals
  public RoutingJournal(
      Function<TopicName, Durability> keeping, Journal durable, Journal memory, Journal signal) {
    this.keeping = keeping;
    this.durable = durable;
    this.memory = memory;
    this.signal = signal;
  }

  @Override
  public Appended append(Draft draft) {
    TopicName topic = draft.topic();
    if (topic.kind() == TopicName.Kind.PRESENCE) {
      return signal.append(draft);
    }
    if (draft instanceof Draft.Membership || draft instanceof Draft.Records) {
      return durable.append(draft);
    }
    return switch (keeping.apply(topic)) {
      case DURABLE -> durable.append(draft);
      case MEMORY -> memory.append(draft);
      case SIGNAL -> signal.append(draft);
    };
  }

  @Override
  public void close() {
    durable.close();
    memory.close();
    signal.close();
  }
}
