package dev.tertulia.server.connection;

import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.CloseReason;
import dev.tertulia.server.protocol.Refusal;
import dev.tertulia.server.topic.Subscriber;
import dev.tertulia.server.topic.TopicName;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// One client's WebSocket, from the end of the handshake to its end.
///
/// It belongs to the loop that it was accepted on: every method and every field is for that loop
/// alone. It begins open; the first of [#close], by the server, and [#ended], by the socket, makes
/// it leave: it is unsubscribed, unregistered, and what waits for it is dropped. Both may come
/// again, and change nothing.
public final class Connection extends HeartbeatWheel.Member implements Subscriber {
  private final ConnectionLoop loop;
  private final ClientId client;
  private final Session session;
  private final Wire wire;
  private final Subscriptions subscriptions = new Subscriptions();
  private @Nullable SendQueue queue;
  private long paidUntil;
  private boolean open = true;
  private boolean unflushed;

  Connection(ConnectionLoop loop, ClientId client, Session session, Wire wire) {
    this.loop = loop;
    this.client = client;
    this.session = session;
    this.wire = wire;
    paidUntil = loop.now();
  }

  /// Who is connected, as the handshake established it.
  public ClientId client() {
    return client;
  }

  /// A message has arrived, whole.
  ///
  /// @param text valid UTF-8, from `offset` on, `length` bytes; not kept
  public void received(byte[] text, int offset, int length) {
    if (open) {
      session.received(this, text, offset, length);
    }
  }

  /// A sign of life, of any kind. What asks for work (a message, a ping) is charged: who speaks too
  /// fast is read more slowly and loses nothing.
  public void heard(boolean charged) {
    loop.heartbeat().heard(this);
    if (charged && open) {
      paidUntil = loop.rate().afterMessage(paidUntil, loop.now());
      Duration wait = loop.rate().wait(paidUntil, loop.now());
      if (wait.isPositive()) {
        wire.pauseReading();
        loop.after(wait, wire::resumeReading);
      }
    }
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

  /// The socket takes more again.
  public void writable() {
    if (queue != null && !queue.isEmpty()) {
      queue.drainTo(wire);
      if (queue.isEmpty()) {
        loop.slow().remove(this);
      }
      flushLater();
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
    loop.execute(() -> close(reason));
  }

  /// The socket has ended, or is about to because the peer said so.
  public void ended(CloseReason reason) {
    leave(reason, true);
  }

  void subscribe(TopicName topic) {
    subscriptions.add(loop.topics().subscribe(topic, session.format(), this));
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

  void flush() {
    unflushed = false;
    if (open) {
      wire.flush();
    }
  }

  @Override
  void askForSign() {
    wire.ping();
    flushLater();
  }

  @Override
  void silentTooLong() {
    close(CloseReason.HEARTBEAT);
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
    subscriptions.forEach(loop.topics()::unsubscribe);
    subscriptions.clear();
    if (queue != null) {
      queue.drop();
      queue = null;
      loop.slow().remove(this);
    }
    loop.left(this, reason, tellOthers);
    return true;
  }
}
