package dev.tertulia.server.protocol.full;

import dev.tertulia.server.auth.Action;
import dev.tertulia.server.auth.Decision;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.notification.InboxLog.Item;
import dev.tertulia.server.protocol.Received.Ref;
import dev.tertulia.server.topic.Log;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Subscription;
import dev.tertulia.server.topic.TopicName;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A room that one connection joins: one log.
public final class RoomReplaySource implements ReplaySource<Position> {
  private final RequestContext requestContext;
  private final JoinedRooms joinedRooms;
  private final RoomName room;
  private final TopicName topic;

  /// Whether the connection starts over after a failure: then no permission is needed.
  private final boolean again;

  RoomReplaySource(
      RequestContext requestContext, JoinedRooms joinedRooms, RoomName room, boolean again) {
    this.requestContext = requestContext;
    this.joinedRooms = joinedRooms;
    this.room = room;
    this.again = again;
    topic = TopicName.room(room);
  }

  @Override
  public ReplayMeters.Source meters() {
    return requestContext.parts().replays().room();
  }

  @Override
  public List<TopicName> topics() {
    return List.of(topic);
  }

  @Override
  public List<Subscription> watch() {
    return List.of(joinedRooms.watch(room));
  }

  @Override
  public void admit(
      Runnable admitted, Consumer<Refusal> refused, Consumer<RuntimeException> failed) {
    if (again) {
      admitted.run();
      return;
    }
    boolean asked =
        requestContext
            .checks()
            .ask(
                Action.InRoom.JOIN,
                room,
                decided -> {
                  switch (decided) {
                    case Decision.Allowed _ -> admitted.run();
                    case Decision.Refused(Refusal refusal) -> refused.accept(refusal);
                  }
                },
                failed);
    if (!asked) {
      failed.accept(new RejectedExecutionException("too many requests wait for a permission"));
    }
  }

  @Override
  public @Nullable Position parse(String text) {
    return Position.parse(text);
  }

  @Override
  public Position start() {
    return Position.START;
  }

  @Override
  public Position part(Position place, int log) {
    return place;
  }

  @Override
  public Position after(Position before, Item item) {
    return at(item);
  }

  @Override
  public Position at(Item item) {
    return item.publication().storedPosition();
  }

  @Override
  public @Nullable Page<Position> recent(Position place, int entries, int bytes) {
    return page(place, log().recent(topic, place, entries, bytes));
  }

  @Override
  public @Nullable Page<Position> since(Position place, int entries, int bytes) {
    return page(place, log().since(topic, place, entries, bytes));
  }

  @Override
  public Page<Position> newest(int messages, int bytes) {
    return Objects.requireNonNull(page(null, log().newest(topic, messages, bytes)));
  }

  private static @Nullable Page<Position> page(@Nullable Position begin, Log.@Nullable Page page) {
    if (page == null) {
      return null;
    }
    List<Item> items = page.entries().stream().map(entry -> new Item(entry, false)).toList();
    long most = page.more() && begin != null ? page.head() - begin.offset() : items.size();
    return new Page<>(items, begin, page.end(), page.more(), most);
  }

  @Override
  public int countSince(Position place, int most) {
    return log().countSince(topic, place.offset(), most);
  }

  @Override
  public void arrive(
      @Nullable Ref ref,
      List<Subscription> subscriptions,
      boolean recovered,
      Position place,
      List<byte[]> entries,
      boolean more) {
    int count = joinedRooms.enter(room, subscriptions.getFirst());
    String after = log().isStored(topic) ? place.toString() : null;
    requestContext.reply(ref, new Reply.Joined(room, recovered, after, entries, more, count));
  }

  @Override
  public void caughtUp(Position place) {
    requestContext.reply(null, new Reply.CaughtUp(room, place.toString()));
  }

  @Override
  public void refuse(@Nullable Ref ref, Refusal refusal) {
    requestContext.refuse(ref, room, refusal);
    joinedRooms.leaveNow(room);
  }

  private Log log() {
    return requestContext.parts().server().log();
  }
}
