package dev.tertulia.server.relay;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.model.NodeName;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a relay has received and not yet handed to its listener, bounded in bytes, and the thread
/// that hands it over. Any thread adds; a frame that does not fit is counted and dropped, so that a
/// slow listener never keeps anybody from reading.
///
/// Frames of this node, of an earlier link of their sender, and those that are not messages end
/// here.
public final class RelayInbox {
  private static final Logger log = LoggerFactory.getLogger(RelayInbox.class);

  /// The most nodes whose links are remembered.
  private static final int MOST_NODES = 1_024;

  /// What is handed to the listener.
  private sealed interface Event {
    record Received(byte[] frame) implements Event {}

    record Interrupted() implements Event {}

    record Resumed() implements Event {}

    record End() implements Event {}
  }

  /// Which link of which start of a node.
  private record Stage(long incarnation, long link) {
    boolean isBefore(Stage other) {
      return incarnation != other.incarnation ? incarnation < other.incarnation : link < other.link;
    }
  }

  private final NodeName node;
  private final String address;
  private final Predicate<RelayMessage> isWanted;
  private final Relay.Listener listener;
  private final EngineGuard guard;
  private final ByteBoundedQueue<Event> incoming;
  private final Thread reader;
  private final AtomicLong received = new AtomicLong();
  private final AtomicLong unheard = new AtomicLong();
  private final AtomicLong malformed = new AtomicLong();
  private final AtomicLong stale = new AtomicLong();

  /// Starts the thread.
  ///
  /// @param node this one
  /// @param address of the server, for the log
  /// @param isWanted whether a message is for this node; others are passed over
  /// @param bound the most bytes of all frames
  /// @param guard receives failures of the listener
  public RelayInbox(
      NodeName node,
      String address,
      Predicate<RelayMessage> isWanted,
      Relay.Listener listener,
      long bound,
      EngineGuard guard) {
    this.guard = guard;
    this.node = node;
    this.address = address;
    this.isWanted = isWanted;
    this.listener = listener;
    incoming = new ByteBoundedQueue<>(bound);
    reader =
        guard.watch(
            Thread.ofPlatform()
                .name("relay-reader")
                .daemon()
                .uncaughtExceptionHandler(guard)
                .unstarted(this::read));
    reader.start();
  }

  /// Adds a frame, or drops it.
  public void add(byte[] frame) {
    if (!incoming.offer(new Event.Received(frame), frame.length)) {
      unheard.incrementAndGet();
    }
  }

  /// Counts what could not even be taken apart into frames.
  public void malformed(RelayFormatException failure) {
    if (malformed.getAndIncrement() == 0) {
      log.warn(
          "The relay has received what no node has sent ({}). Check that {} is not used by other"
              + " programs, too; only this first time is logged",
          failure.getMessage(),
          address);
    }
  }

  /// Tells the listener in its turn that nothing arrives.
  public void interrupted() {
    incoming.add(new Event.Interrupted());
  }

  /// Tells the listener in its turn that messages arrive again.
  public void resumed() {
    incoming.add(new Event.Resumed());
  }

  /// Ends the thread, after what was added before.
  public void end() {
    guard.release(reader);
    incoming.add(new Event.End());
  }

  /// Waits for the end of the thread.
  public void join(long millis) throws InterruptedException {
    reader.join(millis);
  }

  /// The bytes of all frames that wait.
  public long bytes() {
    return incoming.bytes();
  }

  /// What was received and lost, beside what was sent.
  public Relay.Counts counts(long sent, long unsent) {
    return new Relay.Counts(
        sent, received.get(), unsent, unheard.get(), malformed.get(), stale.get());
  }

  private void read() {
    Map<NodeName, Stage> stages =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<NodeName, Stage> eldest) {
            return size() > MOST_NODES;
          }
        };
    try {
      while (true) {
        switch (incoming.poll(Long.MAX_VALUE)) {
          case Event.Received(byte[] frame) -> handOver(frame, stages);
          case Event.Interrupted() -> tell(listener::interrupted);
          case Event.Resumed() -> tell(listener::resumed);
          case Event.End() -> {
            return;
          }
          case null -> {}
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void handOver(byte[] frame, Map<NodeName, Stage> stages) {
    RelayMessage message;
    try {
      if (frame.length < Long.BYTES) {
        throw new RelayFormatException("cut off");
      }
      message = RelayCodec.decode(Arrays.copyOfRange(frame, Long.BYTES, frame.length));
    } catch (RelayFormatException e) {
      malformed(e);
      return;
    }
    RelayMessage.Origin origin = message.origin();
    if (origin.node().equals(node)) {
      return;
    }
    Stage stage = new Stage(origin.incarnation(), ByteBuffer.wrap(frame).getLong());
    Stage latest = stages.get(origin.node());
    if (latest != null && stage.isBefore(latest)) {
      stale.incrementAndGet();
      return;
    }
    stages.put(origin.node(), stage);
    if (!isWanted.test(message)) {
      return;
    }
    received.incrementAndGet();
    tell(() -> listener.received(message));
  }

  private void tell(Runnable task) {
    try {
      task.run();
    } catch (Throwable failure) {
      guard.caught("what another node told", failure);
    }
  }
}
