package dev.tertulia.server.topic;

import dev.tertulia.server.protocol.Entry;

/// An entry on its way to the journal: it has a topic, and no place in it yet.
///
/// @param stored whether it becomes part of the log. What does not is a signal: it keeps its turn
///   among the entries, and leaves no trace.
public record Draft(TopicName topic, Entry entry, boolean stored) {
  public static Draft stored(TopicName topic, Entry entry) {
    return new Draft(topic, entry, true);
  }

  public static Draft signal(TopicName topic, Entry entry) {
    return new Draft(topic, entry, false);
  }
}
