package dev.tertulia.server.protocol.full;

import dev.tertulia.server.connection.SentRanges;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.notification.InboxLog;
import dev.tertulia.server.notification.InboxLog.Item;
import dev.tertulia.server.protocol.Received.Ref;
import dev.tertulia.server.topic.InboxPosition;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Subscription;
import dev.tertulia.server.topic.TopicName;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The inbox of the client of a connection: its own log and the broadcasts, which it sees as one.
/// It is always read from the database, where both logs, read marks and revocations are consistent.
final class InboxReplaySource implements ReplaySource<InboxPosition> {
  private static final int OWN = 0;

  private final RequestContext requestContext;
  private final JoinedRooms joinedRooms;
  private final SentRanges sent;
  private final TopicName own;

  InboxReplaySource(RequestContext requestContext, JoinedRooms joinedRooms, SentRanges sent) {
    this.requestContext = requestContext;
    this.joinedRooms = joinedRooms;
    this.sent = sent;
    own = TopicName.inbox(requestContext.client());
  }

  @Override
  public ReplayMeters.Source meters() {
    return requestContext.parts().replays().inbox();
  }

  @Override
  public List<TopicName> topics() {
    return List.of(own, TopicName.BROADCASTS);
  }

  @Override
  public List<Subscription> watch() {
    return joinedRooms.watchInbox();
  }

  @Override
  public void admit(
      Runnable admitted, Consumer<Refusal> refused, Consumer<RuntimeException> failed) {
    admitted.run();
  }

  @Override
  public @Nullable InboxPosition parse(String text) {
    return InboxPosition.parse(text);
  }

  @Override
  public InboxPosition start() {
    return InboxPosition.START;
  }

  @Override
  public @Nullable Position part(InboxPosition place, int log) {
    return log == OWN ? place.personal() : place.broadcasts();
  }

  @Override
  public InboxPosition after(InboxPosition before, Item item) {
    Position place = item.publication().storedPosition();
    return isOwn(item)
        ? new InboxPosition(place, before.broadcasts())
        : new InboxPosition(before.personal(), place);
  }

  @Override
  public InboxPosition at(Item item) {
    Position place = item.publication().storedPosition();
    return isOwn(item) ? new InboxPosition(place, null) : new InboxPosition(null, place);
  }

  private boolean isOwn(Item item) {
    return item.publication().topic().equals(own);
  }

  @Override
  public @Nullable Page<InboxPosition> recent(InboxPosition place, int entries, int bytes) {
    return null;
  }

  @Override
  public @Nullable Page<InboxPosition> since(InboxPosition place, int entries, int bytes) {
    InboxLog.LogPage found = log().since(requestContext.client(), place, entries, bytes);
    return found == null ? null : page(found);
  }

  @Override
  public Page<InboxPosition> newest(int entries, int bytes) {
    return page(log().newest(requestContext.client(), entries, bytes));
  }

  private static Page<InboxPosition> page(InboxLog.LogPage found) {
    long most = found.more() ? Long.MAX_VALUE : found.items().size();
    return new Page<>(found.items(), found.begin(), found.end(), found.more(), most);
  }

  @Override
  public int countSince(InboxPosition place, int most) {
    return log().countSince(requestContext.client(), place, most);
  }

  @Override
  public void arrive(
      @Nullable Ref ref,
      List<Subscription> subscriptions,
      boolean recovered,
      InboxPosition place,
      List<byte[]> entries,
      boolean more) {
    requestContext.reply(ref, new Reply.InboxOpened(recovered, place.toString(), entries, more));
  }

  @Override
  public void sent(@Nullable InboxPosition begin, InboxPosition end, List<Item> items) {
    if (begin == null) {
      sent.add(items);
      return;
    }
    for (int log = 0; log < topics().size(); log++) {
      Position from = part(begin, log);
      Position to = part(end, log);
      if (from != null && to != null) {
        sent.add(topics().get(log).kind(), from.offset(), to.offset());
      }
    }
  }

  @Override
  public void caughtUp(InboxPosition place) {
    requestContext.reply(null, new Reply.InboxCaughtUp(place.toString()));
  }

  /// New entries are delivered nevertheless.
  @Override
  public void refuse(@Nullable Ref ref, Refusal refusal) {
    requestContext.refuse(ref, null, refusal);
    joinedRooms.listen();
  }

  private InboxLog log() {
    return requestContext.parts().server().inboxLog();
  }
}
