package dev.tertulia.server.connection;

import dev.tertulia.server.auth.Principal;
import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.limits.ClientRates;
import dev.tertulia.server.limits.Rate;
import dev.tertulia.server.logging.LogContext;
import dev.tertulia.server.logging.LogField;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.CloseReason;
import dev.tertulia.server.model.Limit;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.presence.PresenceStore;
import dev.tertulia.server.topic.Draft.Receipt;
import dev.tertulia.server.topic.Journal.Appended;
import dev.tertulia.server.topic.LoopTopics;
import dev.tertulia.server.topic.OffsetRange;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Subscriber;
import dev.tertulia.server.topic.Subscription;
import dev.tertulia.server.topic.TopicName;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The connection of one client, from the end of its handshake to its end.
///
/// It belongs to the loop that accepted it: all methods and fields are for that loop only, unless
/// stated otherwise. It starts open; the first call of [#close], by the server, or [#ended], by the
/// socket, makes it leave: it is unsubscribed and unregistered, and its send queue is dropped.
/// Later calls have no effect.
public final class Connection extends ExpiryQueue.Member implements Subscriber {
  private static final Logger log = LoggerFactory.getLogger(Connection.class);

  /// How long a connection that is to part stays open at least, so that what was read from it and
  /// needs no receipt is carried out, and its result sent.
  private static final Duration SHORTEST_PARTING = Duration.ofMillis(200);

  /// How long a connection that is to part waits at most for what it still owes its client.
  private static final Duration LONGEST_PARTING = Duration.ofSeconds(2);

  /// From one look whether it may part to the next.
  private static final Duration PARTING_LOOK = Duration.ofMillis(50);

  /// How long [#whenLive] waits for the database.
  private static final Duration LONGEST_OPENING = Duration.ofSeconds(2);

  /// The size of the pieces in which a long frame waits for the socket.
  private static final int PIECE_BYTES = 16 * 1024;

  private final ConnectionLoop loop;

  /// Read by any thread; changed by the loop.
  private volatile Principal principal;

  private final Session session;
  private final Transport transport;
  private final Subscriptions subscriptions = new Subscriptions();
  private @Nullable SendQueue queue;
  private final long began;
  private long paidUntil;
  private long bytesPaidUntil;

  /// Up to when the replies to requests that were refused for their rate are paid for.
  private long refusedUntil;

  /// The limits of the client; `null` as long as it has sent nothing.
  private ClientRates.@Nullable Account clientRates;

  private long flushedAt;

  /// Until when nothing is read, while [#pausing].
  private long pausedUntil;

  private int expulsions;

  /// The number of drafts that were queued and are not settled.
  private int unsettled;

  /// The number of rooms that it is in. Written by its loop, read by any thread.
  private volatile int joinedRooms;

  private boolean open = true;
  private boolean unflushed;
  private boolean pausing;

  Connection(
      ConnectionLoop loop, Principal principal, SessionFactory sessions, Transport transport) {
    this.loop = loop;
    this.principal = principal;
    this.transport = transport;
    began = loop.now();
    paidUntil = began;
    bytesPaidUntil = began;
    refusedUntil = began;
    flushedAt = began;
    session = sessions.create(this);
  }

  /// Where the client connects from; `null` if that is not known.
  @Nullable InetAddress peerAddress() {
    return transport.peerAddress();
  }

  /// Adds to what this thread logs which connection it is about.
  public LogContext logContext() {
    return new LogContext()
        .with(LogField.CLIENT, client())
        .with(LogField.CONNECTION, session.name(this))
        .with(LogField.PROTOCOL, protocol())
        .with(LogField.ADDRESS, LogField.address(peerAddress()))
        .with(LogField.ROOM, session.roomAtHand());
  }

  /// The name of its protocol.
  String protocol() {
    return session.speaks();
  }

  /// The client, which is the same for the whole life of the connection.
  @Override
  public ClientId client() {
    return principal.client();
  }

  /// Who makes the requests of this connection, and until when.
  public Principal principal() {
    return principal;
  }

  /// Replaces the principal by a newer one of the same client. If that was revoked, the connection
  /// is closed.
  public void renew(Principal newer) {
    if (!newer.client().equals(client())) {
      throw new IllegalArgumentException("a connection belongs to one client");
    }
    loop.expiries().remove(this);
    principal = newer;
    if (open) {
      loop.expiries().add(this);
    }
    // Only now: one that is revoked after this is found by the registry.
    if (open && loop.isRevoked(newer)) {
      close(CloseReason.REVOKED);
    }
  }

  @Override
  @Nullable Instant expiry() {
    return principal.expiry();
  }

  @Override
  void expired() {
    guarded(() -> close(CloseReason.TOKEN_EXPIRED));
  }

  /// Handles a complete message. It counts as a sign of life and against the rate limits.
  ///
  /// @param text valid UTF-8, from `offset` on, `length` bytes; not retained
  public void received(byte[] text, int offset, int length) {
    loop.meters().received(length);
    if (open && session.refusesExcess()) {
      loop.heartbeat().heard(this);
      long now = loop.now();
      long paid = loop.rate().after(paidUntil, now, 1);
      long bytesPaid = loop.byteRate().after(bytesPaidUntil, now, length);
      long wait = wait(paid, bytesPaid, now);
      wait = wait > 0 ? wait : clientRates().message(length);
      if (wait > 0) {
        session.tooFast(this, text, offset, length, Duration.ofNanos(wait));
        slowDown(now);
      } else {
        paidUntil = paid;
        bytesPaidUntil = bytesPaid;
        session.received(this, text, offset, length);
      }
    } else {
      heard(length);
      if (open) {
        session.received(this, text, offset, length);
      }
    }
  }

  /// A refusal has a cost too: a client that is refused too often is read more slowly.
  private void slowDown(long now) {
    refusedUntil = loop.rate().after(refusedUntil, now, 1);
    long wait = Math.max(loop.rate().wait(refusedUntil, now), clientRates().refusal());
    if (wait > 0) {
      readLater(Duration.ofNanos(wait));
    }
  }

  /// What all connections of the client may do together.
  public ClientRates.Account clientRates() {
    if (clientRates == null) {
      clientRates = loop.clientRates().of(client());
    }
    return clientRates;
  }

  /// Records a sign of life. Input that causes work (a ping or a message) is charged: a client that
  /// sends too fast is read more slowly and loses nothing.
  public void heard(boolean charged) {
    if (charged) {
      heard(0);
    } else {
      loop.heartbeat().heard(this);
    }
  }

  private void heard(int bytes) {
    loop.heartbeat().heard(this);
    if (open) {
      long now = loop.now();
      paidUntil = loop.rate().after(paidUntil, now, 1);
      bytesPaidUntil = loop.byteRate().after(bytesPaidUntil, now, bytes);
      long wait =
          Math.max(wait(paidUntil, bytesPaidUntil, now), clientRates().acceptedMessage(bytes));
      if (wait > 0) {
        readLater(Duration.ofNanos(wait));
      }
    }
  }

  /// The time for which the client must not send on this connection, in nanoseconds; 0 or less for
  /// none.
  private long wait(long paid, long bytesPaid, long now) {
    long wait = loop.rate().wait(paid, now);
    long bytesWait = loop.byteRate().wait(bytesPaid, now);
    if (wait > 0 || bytesWait > 0) {
      loop.tooFast(client(), bytesWait > wait ? Limit.BYTES_PER_SECOND : Limit.MESSAGES_PER_SECOND);
    }
    return Math.max(wait, bytesWait);
  }

  /// Stops reading for some time. A longer pause that was requested before stays.
  public void readLater(Duration wait) {
    long until = loop.now() + wait.toNanos();
    if (!pausing || until - pausedUntil > 0) {
      pausing = true;
      pausedUntil = until;
      transport.pauseReading();
      loop.after(wait, () -> resumeReading(until));
    }
  }

  /// Only the last of several pauses ends.
  private void resumeReading(long until) {
    if (until == pausedUntil) {
      pausing = false;
      transport.resumeReading();
    }
  }

  @Override
  public void deliver(ByteBuf frames, int from) {
    reply(
        from == 0
            ? frames.retainedDuplicate()
            : frames.retainedSlice(frames.readerIndex() + from, frames.readableBytes() - from));
  }

  /// Sends `frames` after everything sent before, and takes over one reference. What the client
  /// does not read waits, up to a bound; beyond it the client is closed as too slow.
  public void reply(ByteBuf frames) {
    if (!open) {
      frames.release();
    } else if ((queue == null || queue.isEmpty()) && transport.isWritable()) {
      transport.write(frames);
      flushLater();
    } else {
      enqueue(frames);
    }
  }

  /// Sends `frame` as [#reply] does, but of any length: what the socket does not accept immediately
  /// waits, and is counted, in pieces, so that the socket never holds more than it accepts. The
  /// pieces are copies, because a slice would keep the whole frame alive but be charged only for
  /// itself.
  public void replyAtLength(ByteBuf frame) {
    int takes = transport.writableBytes();
    if (takesMore() && frame.readableBytes() > takes) {
      transport.write(frame.readBytes(takes));
      flushLater();
      while (open && frame.isReadable()) {
        enqueue(frame.readBytes(Math.min(PIECE_BYTES, frame.readableBytes())));
      }
      frame.release();
    } else {
      reply(frame);
    }
  }

  /// Whether a frame would be written to the socket immediately.
  public boolean takesMore() {
    return open && (queue == null || queue.isEmpty()) && transport.isWritable();
  }

  /// The number of bytes that the socket accepts immediately, if [#takesMore].
  public int takes() {
    return transport.writableBytes();
  }

  /// Whether `bytes` more can wait and still leave half of the queue free.
  public boolean hasRoomFor(int bytes) {
    return waitingBytes() + bytes <= loop.limits().sendQueueBytes() / 2;
  }

  /// The socket is writable again.
  public void writable() {
    if (queue != null && !queue.isEmpty()) {
      queue.drainTo(transport);
      if (queue.isEmpty()) {
        loop.slow().remove(this);
      }
      flushLater();
    }
    if (takesMore()) {
      session.drained(this);
    }
  }

  /// Closes the connection before it is registered anywhere.
  void turnAway(CloseReason reason) {
    open = false;
    transport.close(reason);
  }

  /// Closes the connection.
  public void close(CloseReason reason) {
    if (leave(reason, !reason.isOfServer())) {
      transport.close(reason);
    }
  }

  /// Closes the connection because the server ends, at the end of what it owes its client: from now
  /// on nothing is read, what was read is answered, and what waits for the socket is sent, for as
  /// long as [#LONGEST_PARTING]. Any thread.
  ///
  /// @param backIn how long until the client is to come back, if it can be told so
  void partSoon(Duration backIn) {
    loop.executeIfAlive(() -> {
      if (open) {
        transport.pauseReading();
        long now = now();
        part(now + backIn.toNanos(), now + LONGEST_PARTING.toNanos(), SHORTEST_PARTING);
      }
    });
  }

  private void part(long backAt, long deadline, Duration look) {
    after(
        look,
        () -> {
          boolean owes = unsettled > 0 || waitingBytes() > 0;
          if (owes && now() - deadline < 0) {
            part(backAt, deadline, PARTING_LOOK);
          } else {
            close(farewell(Duration.ofNanos(Math.max(0, backAt - now()))));
          }
        });
  }

  /// Closes the connection because the server ends, at once. Any thread.
  ///
  /// @param backIn how long until the client is to come back, if it can be told so
  void leaveSoon(Duration backIn) {
    loop.executeIfAlive(() -> close(farewell(backIn)));
  }

  /// With what reason the client is told that the server ends.
  CloseReason farewell(Duration backIn) {
    return session.isToldToWait()
        ? CloseReason.draining(backIn.toMillis())
        : CloseReason.GOING_AWAY;
  }

  /// Closes the connection. Any thread.
  void closeSoon(CloseReason reason) {
    loop.executeIfAlive(() -> close(reason));
  }

  /// As above, if `concerned` is true of its principal. Any thread.
  void closeSoonIf(Predicate<Principal> concerned, CloseReason reason) {
    executeAnyway(() -> {
      if (open && concerned.test(principal)) {
        close(reason);
      }
    });
  }

  /// Removes the client, which is no longer a member, from a room for members only. Any thread.
  ///
  /// @return completed when the client has left the room, or if the connection has ended
  CompletableFuture<Void> expelSoon(RoomName room) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    boolean alive =
        executeAnyway(() -> {
          expulsions++;
          try {
            if (open) {
              session.expelled(this, room);
            }
          } finally {
            done.complete(null);
          }
        });
    return alive ? done : CompletableFuture.completedFuture(null);
  }

  /// Checks again which rooms the client may be in, because what groups may do has changed. Any
  /// thread.
  void recheckSoon() {
    executeAnyway(() -> {
      // What is being decided is decided again.
      expulsions++;
      if (open) {
        session.rightsChanged(this);
      }
    });
  }

  /// The number of times the client was removed from a room, or its rights have changed. What was
  /// looked up before the last time may be outdated.
  public int expulsions() {
    return expulsions;
  }

  /// A snapshot of its state. Any thread.
  ///
  /// @return completed with `null` if the connection has ended
  CompletableFuture<@Nullable ConnectionView> view() {
    CompletableFuture<@Nullable ConnectionView> view = new CompletableFuture<>();
    boolean alive =
        executeAnyway(() -> {
          ConnectionView now = null;
          try {
            now = open ? viewNow() : null;
          } finally {
            view.complete(now);
          }
        });
    return alive ? view : CompletableFuture.completedFuture(null);
  }

  /// A snapshot of its state. On the loop.
  ConnectionView viewNow() {
    return new ConnectionView(
        session.name(this),
        session.speaks(),
        Duration.ofNanos(now() - began),
        waitingBytes(),
        List.copyOf(session.rooms(this)));
  }

  /// What it was sent from the inbox of its client. Any thread.
  ///
  /// @return completed with `null` if the connection has ended
  CompletableFuture<@Nullable SentView> sentSoon() {
    CompletableFuture<@Nullable SentView> view = new CompletableFuture<>();
    boolean alive = executeAnyway(() -> view.complete(open ? sent() : null));
    return alive ? view : CompletableFuture.completedFuture(null);
  }

  /// Data in the send queue has not been sent, so nothing is reported for a connection with a
  /// non-empty queue.
  private SentView sent() {
    List<OffsetRange> personal = new ArrayList<>(1);
    List<OffsetRange> broadcasts = new ArrayList<>(1);
    if (waitingBytes() == 0) {
      SentRanges fromLog = session.sentFromLog(this);
      if (fromLog != null) {
        personal.addAll(fromLog.personal());
        broadcasts.addAll(fromLog.broadcasts());
      }
      addSent(TopicName.inbox(client()), personal);
      addSent(TopicName.BROADCASTS, broadcasts);
    }
    return new SentView(
        session.name(this),
        session.speaks(),
        session.device(this),
        began,
        now(),
        personal,
        broadcasts);
  }

  private void addSent(TopicName topic, List<OffsetRange> to) {
    Subscription subscription = subscriptions.to(topic);
    OffsetRange live = subscription == null ? null : loop.topics().sent(subscription);
    if (live != null) {
      to.add(live);
    }
  }

  /// The socket has ended, or is about to end because the peer closed it.
  public void ended(CloseReason reason) {
    leave(reason, true);
  }

  @Override
  public void rolledBack(TopicName topic) {
    if (open) {
      guarded(() -> session.rolledBack(this, topic));
    }
  }

  @Override
  public void missed(TopicName topic) {
    if (open) {
      guarded(() -> session.missed(this, topic));
    }
  }

  /// A bug or lack of memory has prevented a complete delivery.
  @Override
  public void broken(Throwable failure) {
    try (LogContext _ = logContext()) {
      loop.guard().caught("a connection", failure);
      log.info("A connection failed and is closed");
    }
    close(CloseReason.INTERNAL_ERROR);
  }

  /// The guard that receives failures.
  EngineGuard guard() {
    return loop.guard();
  }

  /// Subscribes to a topic to which it has no subscription.
  public Subscription subscribe(TopicName topic) {
    Subscription subscription = loop.topics().subscribe(topic, session.format(), this);
    subscriptions.add(subscription);
    return subscription;
  }

  /// Runs `then` once this connection gets whatever is stored from then on in the topics that it
  /// has subscribed to: at once, unless other nodes write, too, and a topic is new to this one. In
  /// the end anyway, since the database may be away.
  public void whenLive(Runnable then) {
    List<CompletableFuture<?>> waiting = new ArrayList<>(0);
    subscriptions.forEach(subscription -> {
      CompletableFuture<?> opened = loop.topics().opened(subscription.topic());
      if (!opened.isDone()) {
        waiting.add(opened);
      }
    });
    if (waiting.isEmpty()) {
      then.run();
      return;
    }
    CompletableFuture.allOf(waiting.toArray(CompletableFuture[]::new))
        .completeOnTimeout(null, LONGEST_OPENING.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((opened, failure) -> execute(then));
  }

  /// Watches a topic to which it has no subscription, see [LoopTopics#watch].
  public Subscription watch(TopicName topic) {
    Subscription subscription = loop.topics().watch(topic, session.format(), this);
    subscriptions.add(subscription);
    return subscription;
  }

  /// See [LoopTopics#handed].
  public @Nullable Position handed(Subscription subscription) {
    return loop.topics().handed(subscription);
  }

  /// See [LoopTopics#activate].
  public boolean activate(Subscription subscription, long head) {
    return loop.topics().activate(subscription, head);
  }

  /// See [LoopTopics#mayActivate].
  public boolean mayActivate(Subscription subscription, long head) {
    return loop.topics().mayActivate(subscription, head);
  }

  /// Ends a subscription; no effect if it has ended.
  public void unsubscribe(Subscription subscription) {
    subscriptions.remove(subscription);
    loop.topics().unsubscribe(subscription);
  }

  /// Records the number of rooms that this connection is in.
  public void joinedRooms(int count) {
    joinedRooms = count;
  }

  /// The number of rooms that this connection is in. Any thread.
  int joinedRooms() {
    return joinedRooms;
  }

  /// Whether it may join another room, according to the number of rooms that all connections of its
  /// client are in.
  ///
  /// @param rooms the number of rooms that it is in or about to enter
  public boolean mayJoinAnother(int rooms) {
    return loop.mayJoinAnother(this, rooms);
  }

  /// The rooms that this connection is in.
  Collection<RoomName> rooms() {
    return session.rooms(this);
  }

  /// Whether its client may be back soon, if the connection was lost.
  boolean pauses() {
    return session.pauses();
  }

  /// The presence tracker.
  public PresenceStore presence() {
    return loop.presence();
  }

  public ConnectionLimits limits() {
    return loop.limits();
  }

  public Rate rate() {
    return loop.rate();
  }

  public long now() {
    return loop.now();
  }

  /// Runs `task` on the loop if the connection is still open then. Any thread.
  public void execute(Runnable task) {
    executeAnyway(() -> {
      if (open) {
        task.run();
      }
    });
  }

  /// Has a draft appended to a journal. On the loop.
  ///
  /// @param append passes the draft with the given receipt to the journal
  /// @param settled is told the outcome of a draft that was queued, on the loop, if the connection
  ///   is still open then; a failure ends the connection
  public Appended append(Function<Receipt, Appended> append, Consumer<Outcome> settled) {
    Appended appended = append.apply(receipt(settled));
    if (appended == Appended.QUEUED) {
      unsettled++;
    }
    return appended;
  }

  private Receipt receipt(Consumer<Outcome> settled) {
    return new Receipt() {
      @Override
      public void settled(Outcome outcome) {
        guarded(() -> {
          unsettled--;
          if (open) {
            settled.accept(outcome);
          }
        });
      }

      @Override
      public Executor loop() {
        return loop.executor();
      }
    };
  }

  /// Runs `task` on the loop even if the connection has ended. A failure ends the connection. Any
  /// thread.
  ///
  /// @return `false` if the loop has ended
  public boolean executeAnyway(Runnable task) {
    return loop.executeIfAlive(() -> guarded(task));
  }

  /// Runs `task` after `delay` if the connection is still open then.
  public void after(Duration delay, Runnable task) {
    loop.after(
        delay,
        () -> {
          if (open) {
            guarded(task);
          }
        });
  }

  void refuse(Refusal refusal) {
    reply(session.format().encode(refusal));
  }

  /// The size of the send queue, in bytes.
  public int waitingBytes() {
    return queue == null ? 0 : queue.bytes();
  }

  void opened() {
    session.opened(this);
  }

  /// The time of the last flush with output for it, or of its beginning, by the clock of the loop.
  long flushedAt() {
    return flushedAt;
  }

  void flush(long now) {
    flushedAt = now;
    unflushed = false;
    if (open) {
      try {
        transport.flush();
      } catch (Throwable failure) {
        broken(failure);
      }
    }
  }

  @Override
  void askForSign() {
    guarded(() -> {
      transport.ping();
      flushLater();
    });
  }

  @Override
  void silentTooLong() {
    close(CloseReason.HEARTBEAT);
  }

  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (Throwable failure) {
      broken(failure);
    }
  }

  private void enqueue(ByteBuf frames) {
    if (queue == null) {
      queue = new SendQueue(loop.limits().sendQueueBytes(), loop.slow().budget());
    }
    loop.slow().add(this);
    if (!queue.offer(frames)) {
      frames.release();
      close(CloseReason.SLOW_CONSUMER);
    }
  }

  private void flushLater() {
    if (!unflushed) {
      unflushed = true;
      loop.flushLater(this);
    }
  }

  private boolean leave(CloseReason reason, boolean tellOthers) {
    if (!open) {
      return false;
    }
    open = false;
    SentView sent = sent();
    if (!sent.isEmpty()) {
      loop.remember(client(), sent);
    }
    subscriptions.forEach(loop.topics()::unsubscribe);
    subscriptions.clear();
    if (queue != null) {
      if (reason.mattersToClient()) {
        queue.write(transport.missingBytes(), transport);
      }
      queue.drop();
      queue = null;
      loop.slow().remove(this);
    }
    loop.left(this, reason, tellOthers);
    session.ended(this);
    return true;
  }
}
