package dev.tertulia.server.connection;

import dev.tertulia.server.notification.InboxLog.Item;
import dev.tertulia.server.protocol.ErrorCode;
import dev.tertulia.server.protocol.Ref;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Subscription;
import dev.tertulia.server.topic.TopicName;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Where a connection comes to: what that is made of, how it is read, and what is said of it. For
/// the loop, but for what says otherwise.
///
/// @param <P> a place there, as clients keep it
interface Destination<P> {
  /// A part of what there is.
  ///
  /// @param items oldest first
  /// @param begin where it begins; `null` for wherever the newest do
  /// @param end the place of the last entry, or `begin` if there is none
  /// @param more whether there is more after that
  /// @param most how many entries there are at most after `begin`
  record Stretch<P>(List<Item> items, @Nullable P begin, P end, boolean more, long most) {}

  /// The logs that it is made of.
  List<TopicName> topics();

  /// Watches all of them from now on; what the connection was subscribed to there ends.
  List<Subscription> watch();

  /// Finds out whether the client may come; it answers with one of these, now or later.
  void admit(Runnable admitted, Consumer<ErrorCode> refused, Consumer<RuntimeException> failed);

  /// The place that a client has kept; `null` if that is none.
  @Nullable P parse(String text);

  /// Before everything.
  P start();

  /// A place in one of the logs, by its number; `null` if `place` does not tell.
  @Nullable Position part(P place, int log);

  /// Where `item` is, if one was at `before` and got all up to it.
  P after(P before, Item item);

  /// Where `item` is, if nothing is known of what came before.
  P at(Item item);

  /// What comes after `place`, from memory alone.
  ///
  /// @return `null` if memory does not tell
  @Nullable Stretch<P> recent(P place, int entries, int bytes);

  /// What comes after `place`. On a reader's thread.
  ///
  /// @return `null` if completeness can't be shown
  @Nullable Stretch<P> since(P place, int entries, int bytes);

  /// The newest messages, or notifications, without what changes nothing any more. On a reader's
  /// thread.
  Stretch<P> newest(int messages, int bytes);

  /// How many entries come after `place`, counted up to `most`. On a reader's thread.
  int countSince(P place, int most);

  /// The connection is there from now on, and is told what it has missed, or the first of it.
  void arrive(
      @Nullable Ref ref,
      List<Subscription> subscriptions,
      boolean recovered,
      P place,
      List<byte[]> entries,
      boolean more);

  /// Entries have been sent out of the log.
  ///
  /// @param begin all behind this place up to `end`; `null` for `items`, and all between them
  default void sent(@Nullable P begin, P end, List<Item> items) {}

  /// Says that all up to `place` has been sent.
  void caughtUp(P place);

  /// The connection does not come, or not any more; and is told why.
  void refuse(@Nullable Ref ref, ErrorCode code);
}
