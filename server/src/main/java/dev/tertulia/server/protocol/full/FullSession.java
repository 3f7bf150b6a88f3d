package dev.tertulia.server.protocol.full;

import dev.tertulia.server.auth.Action;
import dev.tertulia.server.auth.Authentication;
import dev.tertulia.server.auth.Credentials;
import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.auth.token.Authenticator;
import dev.tertulia.server.connection.Connection;
import dev.tertulia.server.connection.PermissionChecks;
import dev.tertulia.server.connection.ReadQueue;
import dev.tertulia.server.connection.ReaderThreads;
import dev.tertulia.server.connection.SentRanges;
import dev.tertulia.server.connection.Session;
import dev.tertulia.server.connection.SessionFactory;
import dev.tertulia.server.limits.Rate;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.model.EntryRules;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.notification.Notifications;
import dev.tertulia.server.protocol.EntryWriter;
import dev.tertulia.server.protocol.ProtocolServices;
import dev.tertulia.server.protocol.Received;
import dev.tertulia.server.protocol.Received.Ref;
import dev.tertulia.server.protocol.full.RequestContext.PendingReplies;
import dev.tertulia.server.topic.Draft.Receipt;
import dev.tertulia.server.topic.Journal.Appended;
import dev.tertulia.server.topic.TopicName;
import dev.tertulia.server.topic.WireFormat;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The session of the full protocol, for one connection. Owned by the connection's loop.
///
/// Nothing is delivered before `hello`. Each request with a `ref` gets exactly one reply, unless
/// the connection ends before; a request without one gets a reply only if there is something to
/// report.
public final class FullSession implements Session {
  /// What all connections of the full protocol share.
  ///
  /// @param server what the server offers to all protocols
  /// @param pages the memory of pages, shared by all that read pages for connections
  public record Services(
      ProtocolServices server,
      Request.Reader reader,
      EntryWriter writer,
      PageBudget pages,
      ReplayMeters replays) {
    public Services(ProtocolServices server, PageBudget pages) {
      this(
          server,
          new Request.Reader(server.language()),
          EntryWriter.of(server.language()),
          pages,
          new ReplayMeters(server.meters()));
    }
  }

  private final SentRanges sent = new SentRanges();
  private final RequestContext requestContext;
  private final JoinedRooms joinedRooms;
  private final RoomCommands roomCommands;
  private final Queries queries;
  private final InboxCommands inboxCommands;
  private final String name;

  /// Whether the client sends nothing.
  private final boolean listens;

  /// What the session begins with; `null` if that is still to come from the client, and once it was
  /// carried out.
  private @Nullable Start start;

  /// The principal whose rooms were checked last.
  private Principal checked;

  private boolean greeted;

  /// The room of the request that is being carried out, or has failed; `null` for none.
  private @Nullable RoomName roomAtHand;

  /// The number of tokens that the client has sent on this connection.
  private int tokens;

  /// The number of the token that is in force; 0 for that of the handshake.
  private int lastToken;

  /// The first request of a connection, if it is known when the connection opens.
  private record Start(@Nullable Ref ref, Request.Hello hello) {}

  private FullSession(
      Services parts,
      WireFormat format,
      boolean listens,
      @Nullable Start start,
      Connection connection) {
    ReadQueue readQueue = new ReadQueue(connection, parts.server().readers());
    requestContext =
        new RequestContext(
            connection,
            format,
            parts,
            readQueue,
            new PermissionChecks(connection, parts.server().permissions()),
            new PendingReplies());
    checked = connection.principal();
    joinedRooms = new JoinedRooms(requestContext, sent);
    roomCommands = new RoomCommands(requestContext, joinedRooms);
    queries = new Queries(requestContext, joinedRooms);
    inboxCommands = new InboxCommands(requestContext, joinedRooms, sent);
    name = parts.server().connectionNames().get();
    this.listens = listens;
    this.start = start;
  }

  /// Creates the sessions of connections on which the client sends requests.
  ///
  /// @param format the format of everything sent to them
  public static SessionFactory factory(Services parts, WireFormat format) {
    return connection -> new FullSession(parts, format, false, null, connection);
  }

  /// Creates the session of a connection whose client has already sent its first `hello`.
  ///
  /// @param ref the `ref` of that request
  static SessionFactory greeted(
      Services parts, WireFormat format, @Nullable Ref ref, Request.Hello hello) {
    return connection -> new FullSession(parts, format, false, new Start(ref, hello), connection);
  }

  /// Creates the session of a connection on which the client only listens: in some rooms, and to
  /// its inbox.
  ///
  /// @param after the position of the client in a room; `null` if it has none
  /// @param inboxAfter its position in the inbox; `null` if it has none
  public static SessionFactory listening(
      Services parts,
      WireFormat format,
      List<RoomName> rooms,
      Function<RoomName, @Nullable String> after,
      @Nullable String inboxAfter) {
    List<Request.Resume> resumes =
        rooms.stream().map(room -> new Request.Resume(room, after.apply(room))).toList();
    Request.Hello hello = new Request.Hello(null, resumes, new Request.ResumeInbox(inboxAfter));
    return connection -> new FullSession(parts, format, true, new Start(null, hello), connection);
  }

  @Override
  public WireFormat format() {
    return requestContext.format();
  }

  @Override
  public void opened(Connection connection) {
    Start first = start;
    if (first != null) {
      start = null;
      carryOut(first.ref(), first.hello());
    }
  }

  @Override
  public boolean isToldToWait() {
    return true;
  }

  @Override
  public String speaks() {
    return listens ? "stream" : "full";
  }

  /// Browsers open few streams at a time, so tabs that have no WebSocket take turns.
  @Override
  public boolean pauses() {
    return listens;
  }

  @Override
  public String name(Connection connection) {
    return name;
  }

  @Override
  public @Nullable String device(Connection connection) {
    return inboxCommands.device();
  }

  @Override
  public SentRanges sentFromLog(Connection connection) {
    return sent;
  }

  @Override
  public void expelled(Connection connection, RoomName room) {
    if (!requestContext
        .parts()
        .server()
        .permissions()
        .isAllowed(connection.principal(), Action.InRoom.JOIN, room)) {
      joinedRooms.expelled(room);
    }
  }

  @Override
  public void rightsChanged(Connection connection) {
    joinedRooms.recheck(() -> {});
  }

  @Override
  public void received(Connection connection, byte[] text, int offset, int length) {
    switch (requestContext.parts().reader().read(text, offset, length)) {
      case Received.Refused<Request> refused ->
          requestContext.reply(refused.ref(), new Reply.Refused(null, refused.refusal()));
      case Received.Ok<Request> ok -> {
        if (greeted || ok.request() instanceof Request.Hello) {
          ifAllowed(ok.ref(), ok.request());
        } else {
          requestContext.refuse(ok.ref(), null, ErrorCode.UNAUTHORIZED);
        }
      }
    }
  }

  @Override
  public boolean refusesExcess() {
    return true;
  }

  @Override
  public void tooFast(Connection connection, byte[] text, int offset, int length, Duration wait) {
    requestContext.tooFast(
        requestContext.parts().reader().read(text, offset, length).ref(), null, wait);
  }

  @Override
  public void drained(Connection connection) {
    connection.execute(joinedRooms::proceed);
  }

  @Override
  public void rolledBack(Connection connection, TopicName topic) {
    switch (topic.kind()) {
      case ROOM -> joinedRooms.rolledBack(new RoomName(topic.name()));
      case INBOX, BROADCASTS -> joinedRooms.inboxRolledBack();
      case PRESENCE -> {
        // This topic has no log.
      }
    }
  }

  /// {@inheritDoc}
  ///
  /// Starts over there, as if its log had lost its end. If the client only listens and has no
  /// position to resume from, the connection ends.
  @Override
  public void missed(Connection connection, TopicName topic) {
    if (topic.kind() == TopicName.Kind.ROOM) {
      joinedRooms.rolledBack(new RoomName(topic.name()));
    } else if (!joinedRooms.inboxRolledBack() && topic.kind() != TopicName.Kind.PRESENCE) {
      connection.close(CloseReason.INTERNAL_ERROR);
    }
  }

  @Override
  public Collection<RoomName> rooms(Connection connection) {
    return joinedRooms.rooms();
  }

  @Override
  public void ended(Connection connection) {
    joinedRooms.end();
    requestContext.readQueue().end();
    if (greeted) {
      requestContext.parts().server().notifications().seen(requestContext.client(), Receipt.NONE);
    }
  }

  /// Carries out a request if the client may make it, and refuses it otherwise. Joins are checked
  /// when their turn comes.
  private void ifAllowed(@Nullable Ref ref, Request request) {
    if (request instanceof Request.Join
        || (request.need() instanceof Action.InRoom action
            && requestContext.checks().isAllowed(action, Objects.requireNonNull(request.room())))) {
      carryOut(ref, request);
    } else {
      requestContext.ifAllowed(ref, request, () -> carryOut(ref, request));
    }
  }

  @Override
  public @Nullable RoomName roomAtHand() {
    return roomAtHand;
  }

  private void carryOut(@Nullable Ref ref, Request request) {
    roomAtHand = request.room();
    switch (request) {
      case Request.Hello hello -> {
        Credentials.Token token = hello.token();
        if (token == null || authenticator().isOpen()) {
          recheck(ref, hello);
        } else {
          identify(ref, hello, token);
        }
      }
      case Request.Ping ping -> requestContext.done(ref, new Reply.Done());
      case Request.Join join -> joinedRooms.join(JoinRequest.of(ref, join));
      case Request.Leave leave -> joinedRooms.leave(ref, leave.room());
      case Request.InRoom inRoom -> roomCommands.carryOut(ref, inRoom.command());
      case Request.History history -> queries.history(ref, history.query());
      case Request.Presence presence -> queries.presence(ref, presence.room());
      case Request.Rooms rooms -> queries.rooms(ref);
      case Request.Notification notification -> inboxCommands.send(ref, notification);
      case Request.BroadcastNotification broadcast -> inboxCommands.broadcast(ref, broadcast);
      case Request.InInbox inInbox -> inboxCommands.carryOut(ref, inInbox.command());
      case Request.Inbox inbox -> inboxCommands.inbox(ref, inbox.query());
      case Request.Revoke revoke -> inboxCommands.revoke(ref, revoke);
    }
    roomAtHand = null;
  }

  /// Greets when the rooms were left that the client may no longer be in.
  private void recheck(@Nullable Ref ref, Request.Hello hello) {
    if (isChecked()) {
      greet(ref, hello);
    } else {
      checked = requestContext.connection().principal();
      joinedRooms.recheck(() -> greet(ref, hello));
    }
  }

  @SuppressWarnings("ReferenceEquality") // It is this very principal, or a later one.
  private boolean isChecked() {
    return checked == requestContext.connection().principal();
  }

  private Authenticator authenticator() {
    return requestContext.parts().server().authenticator();
  }

  /// Goes on with a `hello` if its token is acceptable; otherwise nothing changes.
  private void identify(@Nullable Ref ref, Request.Hello hello, Credentials.Token token) {
    int number = ++tokens;
    switch (authenticator().authenticate(token)) {
      case Authentication.Decided decided -> identified(ref, hello, number, decided);
      case Authentication.Pending pending ->
          pending
              .decision()
              .thenAccept(decided ->
                  requestContext
                      .connection()
                      .execute(() -> identified(ref, hello, number, decided)));
    }
  }

  /// @param number that of the token: signatures may be verified in another order than that of the
  ///   requests
  private void identified(
      @Nullable Ref ref, Request.Hello hello, int number, Authentication.Decided decided) {
    switch (decided) {
      case Authentication.Accepted(Principal principal)
          when principal.client().equals(requestContext.client()) -> {
        if (number > lastToken) {
          lastToken = number;
          requestContext.connection().renew(principal);
        }
        recheck(ref, hello);
      }
      case Authentication.Accepted _ -> requestContext.refuse(ref, authenticator().otherClient());
      case Authentication.Refused refused -> requestContext.refuse(ref, refused);
      case Authentication.Anonymous _, Authentication.Open _ ->
          throw new IllegalStateException("a token was shown");
    }
  }

  /// On its first `hello` the client is recorded first, so that its inbox exists before it is read;
  /// if nothing can be stored at the moment, the rest proceeds without it.
  private void greet(@Nullable Ref ref, Request.Hello hello) {
    if (hello.device() != null) {
      inboxCommands.isOf(hello.device());
    }
    boolean first = !greeted;
    greeted = true;
    if (first && hello.inbox() == null) {
      joinedRooms.listen();
    }
    Connection connection = requestContext.connection();
    Notifications notifications = requestContext.parts().server().notifications();
    if (!first
        || connection.append(
                noted -> notifications.seen(requestContext.client(), noted),
                outcome -> countUnread(ref, hello))
            != Appended.QUEUED) {
      countUnread(ref, hello);
    }
  }

  private void countUnread(@Nullable Ref ref, Request.Hello hello) {
    boolean counting =
        requestContext
            .readQueue()
            .run(
                ReaderThreads.Cost.QUICK,
                () -> requestContext.parts().server().inboxLog().unread(requestContext.client()),
                unread -> welcome(ref, hello, unread),
                failure -> {
                  requestContext.parts().server().readFaultLog().met(failure);
                  welcome(ref, hello, null);
                });
    if (!counting) {
      welcome(ref, hello, null);
    }
  }

  /// @param unread `null` if it can't be read at the moment
  private void welcome(@Nullable Ref ref, Request.Hello hello, @Nullable Integer unread) {
    Connection connection = requestContext.connection();
    Rate rate = connection.rate();
    requestContext.reply(
        ref,
        new Reply.Welcome(
            name,
            connection.client(),
            requestContext.name(),
            requestContext.parts().server().unixMillis().getAsLong(),
            connection.limits().heartbeatInterval(),
            unread,
            new Reply.Limits(EntryRules.MAX_MESSAGE_BYTES, rate.perSecond(), rate.burst())));
    hello.rooms().forEach(resume -> joinedRooms.join(JoinRequest.of(resume)));
    if (hello.inbox() != null) {
      joinedRooms.join(JoinRequest.of(hello.inbox()));
    }
  }
}
