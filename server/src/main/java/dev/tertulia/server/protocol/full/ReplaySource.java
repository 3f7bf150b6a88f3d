package dev.tertulia.server.protocol.full;

import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.notification.InboxLog.Item;
import dev.tertulia.server.protocol.Received.Ref;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Subscription;
import dev.tertulia.server.topic.TopicName;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What a connection joins: its topics, how they are read, and how the client is told. For the
/// loop, unless stated otherwise.
///
/// @param <P> a position in it, as clients keep it
interface ReplaySource<P> {
  /// A page of entries.
  ///
  /// @param items oldest first
  /// @param begin the position at which it begins; `null` for the newest entries
  /// @param end the position of the last entry, or `begin` if there is none
  /// @param more whether more entries follow
  /// @param most the maximum number of entries after `begin`
  record Page<P>(List<Item> items, @Nullable P begin, P end, boolean more, long most) {}

  /// What is counted of its replays.
  ReplayMeters.Source meters();

  /// The topics of its logs.
  List<TopicName> topics();

  /// Starts to watch all topics; ends earlier subscriptions of the connection to them.
  List<Subscription> watch();

  /// Checks whether the client may join; calls one of the callbacks, now or later.
  void admit(Runnable admitted, Consumer<Refusal> refused, Consumer<RuntimeException> failed);

  /// Parses a position kept by a client; `null` if it is not valid.
  @Nullable P parse(String text);

  /// The position before all entries.
  P start();

  /// The part of `place` for one of the logs, by its number; `null` if `place` has none.
  @Nullable Position part(P place, int log);

  /// The position of `item` for a client that was at `before` and received everything up to it.
  P after(P before, Item item);

  /// The position of `item` if nothing is known about earlier entries.
  P at(Item item);

  /// Reads the entries after `place` from memory only.
  ///
  /// @return `null` if memory does not contain them
  @Nullable Page<P> recent(P place, int entries, int bytes);

  /// Reads the entries after `place`. On a reader thread.
  ///
  /// @return `null` if completeness can't be guaranteed
  @Nullable Page<P> since(P place, int entries, int bytes);

  /// Reads the newest messages or notifications, without entries that have no remaining effect. On
  /// a reader thread.
  Page<P> newest(int messages, int bytes);

  /// Counts the entries after `place`, up to `most`. On a reader thread.
  int countSince(P place, int most);

  /// The connection has joined, and is sent what it has missed, or the first page of it.
  void arrive(
      @Nullable Ref ref,
      List<Subscription> subscriptions,
      boolean recovered,
      P place,
      List<byte[]> entries,
      boolean more);

  /// Entries have been sent from the log.
  ///
  /// @param begin all entries after this position up to `end` were sent; `null` for `items` and
  ///   everything between them
  default void sent(@Nullable P begin, P end, List<Item> items) {}

  /// Tells the client that everything up to `place` has been sent.
  void caughtUp(P place);

  /// The request is refused, or the connection is removed, and the reason is sent.
  void refuse(@Nullable Ref ref, Refusal refusal);
}
