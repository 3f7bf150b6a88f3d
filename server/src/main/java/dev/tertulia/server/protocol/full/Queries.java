package dev.tertulia.server.protocol.full;

import dev.tertulia.server.chat.HistoryPage;
import dev.tertulia.server.chat.HistoryQuery;
import dev.tertulia.server.connection.ReaderThreads.Cost;
import dev.tertulia.server.model.Partial;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.presence.PresenceStore;
import dev.tertulia.server.protocol.Received.Ref;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// The queries of one connection, once they are permitted: messages in their current state, its
/// rooms, presence. Owned by the connection's loop.
final class Queries {
  /// The maximum number of rooms listed for a client.
  static final int MOST_ROOMS = 1_000;

  /// The maximum number of clients listed for a room.
  static final int MOST_MEMBERS = 200;

  private final RequestContext requestContext;
  private final JoinedRooms joinedRooms;

  Queries(RequestContext requestContext, JoinedRooms joinedRooms) {
    this.requestContext = requestContext;
    this.joinedRooms = joinedRooms;
  }

  void history(@Nullable Ref ref, HistoryQuery query) {
    RoomName room = query.room();
    if (!isInRate(ref, room)) {
      return;
    }
    requestContext.lookUp(
        ref,
        room,
        Cost.DEAR,
        () ->
            HistoryPage.read(
                requestContext.parts().server().roomLog(), query, requestContext.client()),
        found -> requestContext.reply(ref, new Reply.History(found)));
  }

  private boolean isInRate(@Nullable Ref ref, @Nullable RoomName room) {
    return requestContext.isInRate(ref, room, requestContext.rates().query());
  }

  void rooms(@Nullable Ref ref) {
    if (!isInRate(ref, null)) {
      return;
    }
    requestContext.lookUp(
        ref,
        null,
        Cost.DEAR,
        () -> requestContext.parts().server().roomLog().of(requestContext.client(), MOST_ROOMS),
        found -> requestContext.reply(ref, new Reply.Rooms(found)));
  }

  void presence(@Nullable Ref ref, RoomName room) {
    if (!isInRate(ref, room)) {
      return;
    }
    // Subscribes first, so that a client that arrives now is announced, or listed, or both.
    if (!joinedRooms.watchPresence(room)) {
      requestContext.refuse(
          ref,
          room,
          Refusal.tooManyRooms(Request.MAX_ROOMS, requestContext.parts().server().language()));
      return;
    }
    CompletableFuture<Partial<PresenceStore.Members>> found =
        requestContext.connection().presence().members(room, MOST_MEMBERS);
    if (found.isDone()) {
      present(ref, room, found.join());
    } else {
      found.thenAcceptAsync(
          answer -> present(ref, room, answer), requestContext.connection()::execute);
    }
  }

  private void present(@Nullable Ref ref, RoomName room, Partial<PresenceStore.Members> found) {
    requestContext.reply(ref, new Reply.Present(room, found.value()));
  }
}
