package dev.tertulia.server.connection;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.presence.Presence;
import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.CloseReason;
import dev.tertulia.server.protocol.Refusal;
import dev.tertulia.server.protocol.RoomName;
import dev.tertulia.server.topic.LoopTopics;
import dev.tertulia.server.topic.OffsetRange;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Subscriber;
import dev.tertulia.server.topic.Subscription;
import dev.tertulia.server.topic.TopicName;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client's WebSocket, from the end of the handshake to its end.
///
/// It belongs to the loop that it was accepted on: every method and every field is for that loop
/// alone. It begins open; the first of [#close], by the server, and [#ended], by the socket, makes
/// it leave: it is unsubscribed, unregistered, and what waits for it is dropped. Both may come
/// again, and change nothing.
public final class Connection extends HeartbeatWheel.Member implements Subscriber {
  private static final Logger log = LoggerFactory.getLogger(Connection.class);

  /// What is longer than its socket takes waits in pieces of so many bytes.
  private static final int PIECE_BYTES = 16 * 1024;

  private final ConnectionLoop loop;
  private final ClientId client;
  private final Session session;
  private final Wire wire;
  private final Subscriptions subscriptions = new Subscriptions();
  private @Nullable SendQueue queue;
  private final long began;
  private long paidUntil;
  private long bytesPaidUntil;
  private long flushedAt;
  private int expulsions;
  private boolean open = true;
  private boolean unflushed;

  Connection(ConnectionLoop loop, ClientId client, Session session, Wire wire) {
    this.loop = loop;
    this.client = client;
    this.session = session;
    this.wire = wire;
    began = loop.now();
    paidUntil = began;
    bytesPaidUntil = began;
    flushedAt = began;
  }

  /// Who is connected, as the handshake established it.
  public ClientId client() {
    return client;
  }

  /// A message has arrived, whole. It is a sign of life, and charged, with its bytes.
  ///
  /// @param text valid UTF-8, from `offset` on, `length` bytes; not kept
  public void received(byte[] text, int offset, int length) {
    if (open && session.refusesExcess()) {
      loop.heartbeat().heard(this);
      long now = loop.now();
      long paid = loop.rate().afterMessage(paidUntil, now);
      long bytesPaid = loop.byteRate().afterBytes(bytesPaidUntil, now, length);
      long wait = wait(paid, bytesPaid, now);
      if (wait > 0) {
        session.tooFast(this, text, offset, length, Duration.ofNanos(wait));
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

  /// A sign of life, of any kind. What asks for work (a ping, a message of whatever kind) is
  /// charged: a client that speaks too fast is read more slowly and loses nothing.
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
      paidUntil = loop.rate().afterMessage(paidUntil, now);
      bytesPaidUntil = loop.byteRate().afterBytes(bytesPaidUntil, now, bytes);
      long wait = wait(paidUntil, bytesPaidUntil, now);
      if (wait > 0) {
        readLater(Duration.ofNanos(wait));
      }
    }
  }

  /// How long it must be silent, in nanoseconds; 0 or less for not at all.
  private long wait(long paid, long bytesPaid, long now) {
    return Math.max(loop.rate().wait(paid, now).toNanos(), loop.byteRate().wait(bytesPaid, now));
  }

  /// Reads nothing more for so long.
  void readLater(Duration wait) {
    wire.pauseReading();
    loop.after(wait, wire::resumeReading);
  }

  @Override
  public void deliver(ByteBuf frames, int from) {
    reply(
        from == 0
            ? frames.retainedDuplicate()
            : frames.retainedSlice(frames.readerIndex() + from, frames.readableBytes() - from));
  }

  /// Sends `frames` behind all that was sent before, and takes over one reference to it. What the
  /// client does not take waits, up to a bound; past it the client is closed as too slow.
  public void reply(ByteBuf frames) {
    if (!open) {
      frames.release();
    } else if ((queue == null || queue.isEmpty()) && wire.isWritable()) {
      wire.write(frames);
      flushLater();
    } else {
      enqueue(frames);
    }
  }

  /// Sends `frame` as [#reply] does, however long it is: what the socket does not take at once
  /// waits, and is counted, in pieces, so that the socket never holds more than it takes. The
  /// pieces are copies: the last of them would hold all of the frame, and be charged for itself.
  void replyAtLength(ByteBuf frame) {
    int takes = wire.writableBytes();
    if (takesMore() && frame.readableBytes() > takes) {
      wire.write(frame.readBytes(takes));
      flushLater();
      while (open && frame.isReadable()) {
        enqueue(frame.readBytes(Math.min(PIECE_BYTES, frame.readableBytes())));
      }
      frame.release();
    } else {
      reply(frame);
    }
  }

  /// Whether what is sent now goes straight to the socket, and that takes it.
  boolean takesMore() {
    return open && (queue == null || queue.isEmpty()) && wire.isWritable();
  }

  /// How many bytes the socket takes at once, if [#takesMore].
  int takes() {
    return wire.writableBytes();
  }

  /// Whether `bytes` more could wait for it and leave half of the queue for what comes.
  boolean hasRoomFor(int bytes) {
    return waitingBytes() + bytes <= loop.limits().sendQueueBytes() / 2;
  }

  /// The socket takes more again.
  public void writable() {
    if (queue != null && !queue.isEmpty()) {
      queue.drainTo(wire);
      if (queue.isEmpty()) {
        loop.slow().remove(this);
      }
      flushLater();
    }
    if (takesMore()) {
      session.drained(this);
    }
  }

  /// Closes the connection from this side before it was one: it is in no list that it could leave.
  void turnAway(CloseReason reason) {
    open = false;
    loop.execute(() -> wire.close(reason));
  }

  /// Closes the connection from this side.
  public void close(CloseReason reason) {
    if (leave(reason, !reason.equals(CloseReason.GOING_AWAY))) {
      wire.close(reason);
    }
  }

  /// Closes the connection from this side. Any thread.
  void closeSoon(CloseReason reason) {
    loop.executeIfAlive(() -> close(reason));
  }

  /// Puts the client out of a room that is for those on its list alone: it is on that no more. Any
  /// thread.
  ///
  /// @return completed once it is out, or if there is no connection any more
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

  /// How often the client was put out of a room. What was looked up before the last time may have
  /// changed since.
  int expulsions() {
    return expulsions;
  }

  /// What it is like now. Any thread.
  ///
  /// @return completed with `null` if there is no connection any more
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

  private ConnectionView viewNow() {
    return new ConnectionView(
        session.name(this),
        session.speaks(),
        Duration.ofNanos(now() - began),
        waitingBytes(),
        List.copyOf(session.rooms(this)));
  }

  /// What it has been sent of its client's inbox. Any thread.
  ///
  /// @return completed with `null` if there is no connection any more
  CompletableFuture<@Nullable SentView> sentSoon() {
    CompletableFuture<@Nullable SentView> view = new CompletableFuture<>();
    boolean alive = executeAnyway(() -> view.complete(open ? sent() : null));
    return alive ? view : CompletableFuture.completedFuture(null);
  }

  /// What waits because the socket takes no more was not sent, and so nothing is told of one that
  /// has something waiting.
  private SentView sent() {
    List<OffsetRange> personal = new ArrayList<>(1);
    List<OffsetRange> broadcasts = new ArrayList<>(1);
    if (waitingBytes() == 0) {
      SentRanges fromLog = session.sentFromLog(this);
      if (fromLog != null) {
        personal.addAll(fromLog.personal());
        broadcasts.addAll(fromLog.broadcasts());
      }
      addSent(TopicName.inbox(client), personal);
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

  /// The socket has ended, or is about to because the peer said so.
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

  /// A defect, or a lack of memory, has kept it from having all that it was sent.
  @Override
  public void broken(Throwable failure) {
    loop.guard().caught("a connection", failure);
    log.info("The connection of {} failed and is closed", client);
    close(CloseReason.INTERNAL_ERROR);
  }

  /// Takes what comes out of work that fails.
  EngineGuard guard() {
    return loop.guard();
  }

  /// Subscribes to a topic that it has no subscription to.
  Subscription subscribe(TopicName topic) {
    Subscription subscription = loop.topics().subscribe(topic, session.format(), this);
    subscriptions.add(subscription);
    return subscription;
  }

  /// Watches a topic that it has no subscription to, as [LoopTopics#watch] says.
  Subscription watch(TopicName topic) {
    Subscription subscription = loop.topics().watch(topic, session.format(), this);
    subscriptions.add(subscription);
    return subscription;
  }

  /// What [LoopTopics#handed] says.
  @Nullable Position handed(Subscription subscription) {
    return loop.topics().handed(subscription);
  }

  /// What [LoopTopics#activate] says.
  boolean activate(Subscription subscription, long head) {
    return loop.topics().activate(subscription, head);
  }

  /// What [LoopTopics#mayActivate] says.
  boolean mayActivate(Subscription subscription, long head) {
    return loop.topics().mayActivate(subscription, head);
  }

  /// Ends a subscription; without effect if it has ended.
  void unsubscribe(Subscription subscription) {
    subscriptions.remove(subscription);
    loop.topics().unsubscribe(subscription);
  }

  /// In which rooms the client is by this connection.
  Collection<RoomName> rooms() {
    return session.rooms(this);
  }

  /// Who is in which room.
  Presence presence() {
    return loop.presence();
  }

  ConnectionLimits limits() {
    return loop.limits();
  }

  MessageRate rate() {
    return loop.rate();
  }

  long now() {
    return loop.now();
  }

  /// Runs `task` on the loop, if the connection is still open by then. Any thread.
  void execute(Runnable task) {
    executeAnyway(() -> {
      if (open) {
        task.run();
      }
    });
  }

  /// Runs `task` on the loop, though the connection may have ended. A defect ends the connection.
  /// Any thread.
  ///
  /// @return `false` if the loop has ended
  boolean executeAnyway(Runnable task) {
    return loop.executeIfAlive(() -> guarded(task));
  }

  /// Runs `task` after `delay`, if the connection is still open by then.
  void after(Duration delay, Runnable task) {
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

  /// How much waits because the socket takes no more, in bytes.
  int waitingBytes() {
    return queue == null ? 0 : queue.bytes();
  }

  void opened() {
    session.opened(this);
  }

  /// When what it was sent last was flushed, or else when it began, by the loop's clock.
  long flushedAt() {
    return flushedAt;
  }

  void flush(long now) {
    flushedAt = now;
    unflushed = false;
    if (open) {
      try {
        wire.flush();
      } catch (Throwable failure) {
        broken(failure);
      }
    }
  }

  @Override
  void askForSign() {
    guarded(() -> {
      wire.ping();
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
      loop.remember(client, sent);
    }
    subscriptions.forEach(loop.topics()::unsubscribe);
    subscriptions.clear();
    if (queue != null) {
      queue.drop();
      queue = null;
      loop.slow().remove(this);
    }
    loop.left(this, reason, tellOthers);
    session.ended(this);
    return true;
  }
}
