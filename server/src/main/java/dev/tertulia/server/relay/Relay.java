package dev.tertulia.server.relay;

import dev.tertulia.server.topic.TopicName;
import java.util.concurrent.CompletableFuture;

/// Carries messages from this node to the others of its cluster, and from them to this node. Safe
/// for any thread; no method blocks except [#close].
///
/// # What is promised
///
/// A message arrives at most once at each other node, and possibly never; messages arrive in any
/// order. A node never receives its own. Nothing is sent again: a receiver notices what it has
/// missed by the [RelayMessage.Origin] of what it receives, or by silence, and reads it from the
/// database. What was accepted before an interruption is not delivered after it.
///
/// # Subscriptions
///
/// Messages about a topic reach the nodes that have subscribed to it; all others reach every node.
/// Whoever is to miss nothing subscribes first, waits for the confirmation, and only then reads up
/// to where the log is.
///
/// # Bounds
///
/// What is accepted and not yet sent, and what is received and not yet handed to the listener,
/// takes at most [#QUEUE_BYTES] each. What does not fit is dropped and counted as a hole: a slow
/// listener never keeps the relay from reading, and a relay that does not answer never keeps
/// anybody waiting.
///
/// # Failure
///
/// While the relay can't be reached, everything is dropped and counted. Its listener is told when
/// that begins and when it is over. No method fails because of it.
public interface Relay extends AutoCloseable {
  /// The most that queued messages may take in each direction, in bytes of their encoded form.
  long QUEUE_BYTES = 16 << 20;

  /// What became of a message that is to be sent.
  enum Sent {
    /// It is on its way, or nobody else is there.
    QUEUED,

    /// It was dropped: the relay is interrupted or closed, its queue is full, the message is larger
    /// than [RelayCodec#MOST_BYTES], or this relay leaves to the database what others read there.
    DROPPED
  }

  /// Receives what other nodes send. Called by one thread of the relay, which waits for it; must
  /// not throw.
  interface Listener {
    /// A message of another node, which may be one that this version does not understand.
    void received(RelayMessage message);

    /// Nothing arrives and nothing is sent from now on, or since shortly before. The beginning
    /// counts as an interruption that has not been told.
    void interrupted();

    /// Messages arrive again, and all subscriptions are in force. Whatever was sent in between is
    /// lost: it must be read from the database.
    void resumed();
  }

  /// How much it carried and lost since the start.
  ///
  /// @param sent messages handed to the wire
  /// @param received messages handed to the listener
  /// @param unsent messages that were dropped instead of being sent
  /// @param unheard messages that were received and dropped, because the listener was too slow
  /// @param malformed messages that could not be read
  /// @param stale messages of an earlier link of their sender, which arrived late
  record Counts(long sent, long received, long unsent, long unheard, long malformed, long stale) {
    static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0);
  }

  /// Sends a message, at most once.
  Sent send(RelayMessage message);

  /// Begins to receive messages about a topic.
  ///
  /// @return completed when whatever is sent afterwards arrives, with `false` if the relay is
  ///   interrupted or closed before: then [Listener#resumed] follows when it does
  CompletableFuture<Boolean> subscribe(TopicName topic);

  /// Ends a subscription, soon.
  void unsubscribe(TopicName topic);

  /// How much it carried and lost.
  Counts counts();

  /// Ends it: nothing is sent or received any more. Waits for the listener, for a few seconds at
  /// most.
  @Override
  void close();
}
