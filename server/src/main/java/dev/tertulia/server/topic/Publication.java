package dev.tertulia.server.topic;

import dev.tertulia.server.protocol.Entry;
import org.jspecify.annotations.Nullable;

/// An entry that is to be delivered to the subscribers of its topic.
///
/// @param position its place in the log; `null` for a signal
/// @param time when it got there, in Unix milliseconds by the journal's clock
public record Publication(TopicName topic, @Nullable Position position, long time, Entry entry) {}
