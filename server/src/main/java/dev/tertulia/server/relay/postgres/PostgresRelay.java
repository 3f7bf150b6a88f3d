package dev.tertulia.server.relay.postgres;

import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.model.NodeName;
import dev.tertulia.server.relay.Relay;
import dev.tertulia.server.relay.RelayFormatException;
import dev.tertulia.server.relay.RelayInbox;
import dev.tertulia.server.relay.RelayMessage;
import dev.tertulia.server.relay.RelayMessage.Announcement;
import dev.tertulia.server.relay.RelayMessage.Publications;
import dev.tertulia.server.relay.RelayOutbox;
import dev.tertulia.server.topic.TopicName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The relay over the database itself, by `LISTEN` and `NOTIFY`, for nodes that have no Redis.
///
/// Everything goes through one channel, so a subscription is in force at once and only decides what
/// the listener is given. Contents that are stored are not sent: announcements say where there are
/// some, and others read them. An announcement of more than [#MOST_ANNOUNCED_BYTES] is cut, and
/// others read the rest from the rows of the batches.
///
/// # Threads
///
/// One thread, the sender, owns the connections: it connects, sends what is queued, each bundle in
/// a transaction of its own that no writer waits for, and watches. Another one reads what arrives,
/// and a third one hands it to the listener.
///
/// # How an interruption is noticed
///
/// Every [#PROBE_MILLIS] it sends something to itself. Nothing of its own for [#SILENCE_MILLIS], a
/// connection that is closed, and a statement that is not answered end the link; what is queued is
/// dropped, and another link begins once it has heard itself. Frames carry the number of the link,
/// so that nothing of an earlier one is taken for news.
public final class PostgresRelay implements Relay {
  private static final Logger log = LoggerFactory.getLogger(PostgresRelay.class);

  /// How often a link is probed.
  static final long PROBE_MILLIS = 1_000;

  /// How long a link may hear nothing of itself.
  static final long SILENCE_MILLIS = 3_000;

  /// From one attempt to connect to the next; longer where nothing arrives though it answers.
  private static final long RETRY_MILLIS = 250;

  private static final long REFUSED_MILLIS = 10_000;

  /// How much is sent at once, which a larger message may exceed.
  private static final int BUNDLE_BYTES = 64 << 10;

  /// The most that one announcement takes, about.
  static final int MOST_ANNOUNCED_BYTES = 32 << 10;

  /// How long the listener is waited for when the relay is closed.
  private static final long CLOSING_MILLIS = 3_000;

  /// Opens connections to the database.
  @FunctionalInterface
  public interface Opener {
    /// Opens one, that fails soon if the database does not answer.
    Connection open() throws SQLException;
  }

  /// What a relay works with.
  ///
  /// @param database for the log
  /// @param channel that all nodes have in common: a name that needs no quotes
  /// @param node this node, whose own messages are not received
  public record Settings(Opener opener, String database, String channel, NodeName node) {}

  private final Settings settings;
  private final EngineGuard guard;
  private final RelayInbox inbox;
  private final RelayOutbox outbox;
  private final Thread sender;
  private final Set<TopicName> subscriptions = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closing = new CountDownLatch(1);

  /// Starts a relay. The database need not be reached for that.
  ///
  /// @param guard receives failures of the listener
  public PostgresRelay(Settings settings, Listener listener, EngineGuard guard) {
    this(settings, listener, QUEUE_BYTES, guard);
  }

  PostgresRelay(Settings settings, Listener listener, long queueBytes, EngineGuard guard) {
    this.settings = settings;
    this.guard = guard;
    outbox = new RelayOutbox(queueBytes);
    inbox =
        new RelayInbox(
            settings.node(), settings.database(), this::isWanted, listener, queueBytes, guard);
    sender =
        guard.watch(
            Thread.ofPlatform()
                .name("relay-sender")
                .daemon()
                .uncaughtExceptionHandler(guard)
                .unstarted(this::run));
    sender.start();
  }

  private boolean isWanted(RelayMessage message) {
    TopicName topic = message.topic();
    return topic == null || subscriptions.contains(topic);
  }

  @Override
  public Sent send(RelayMessage message) {
    if (message instanceof Publications entries && isStored(entries)) {
      return Sent.DROPPED;
    }
    return outbox.offer(message instanceof Announcement whole ? fitting(whole) : message);
  }

  /// Those of topics that keep nothing have no offset, and are nowhere else.
  private static boolean isStored(Publications entries) {
    return entries.items().stream().allMatch(item -> item.offset() > 0);
  }

  /// The first batches of an announcement. It says up to where there are more.
  static Announcement fitting(Announcement whole) {
    int bytes = 0;
    int count = 0;
    for (Announcement.Batch batch : whole.batches()) {
      bytes += 16;
      for (Announcement.End end : batch.ends()) {
        bytes += 16 + 3 * end.topic().name().length();
      }
      if (bytes > MOST_ANNOUNCED_BYTES) {
        return new Announcement(whole.origin(), whole.after(), whole.batches().subList(0, count));
      }
      count++;
    }
    return whole;
  }

  @Override
  public CompletableFuture<Boolean> subscribe(TopicName topic) {
    subscriptions.add(topic);
    return CompletableFuture.completedFuture(outbox.isConnected());
  }

  @Override
  public void unsubscribe(TopicName topic) {
    subscriptions.remove(topic);
  }

  @Override
  public Counts counts() {
    return inbox.counts(outbox.sent(), outbox.unsent());
  }

  /// How much is queued in both directions, in bytes.
  long queuedBytes() {
    return outbox.bytes() + inbox.bytes();
  }

  @Override
  public void close() {
    guard.release(sender);
    closing.countDown();
    try {
      sender.join(CLOSING_MILLIS);
      inbox.join(CLOSING_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isOpen() {
    return closing.getCount() > 0;
  }

  /// The sender.
  private void run() {
    boolean told = false;
    boolean refused = false;
    NotifyLink.Receiver receiver =
        new NotifyLink.Receiver() {
          @Override
          public void begun() {
            connect();
          }

          @Override
          public void received(List<byte[]> frames) {
            frames.forEach(inbox::add);
          }

          @Override
          public void malformed(RelayFormatException failure) {
            inbox.malformed(failure);
          }
        };
    try {
      while (isOpen()) {
        long pause = RETRY_MILLIS;
        String trouble = "";
        try (NotifyLink link = NotifyLink.open(settings.opener(), settings.channel(), receiver)) {
          log.info("The relay is connected to {}", settings.database());
          told = false;
          refused = false;
          trouble = serve(link);
        } catch (SQLException e) {
          trouble = String.valueOf(e.getMessage());
        } catch (NotifyLink.NothingArrivesException e) {
          pause = REFUSED_MILLIS;
          if (!refused) {
            refused = true;
            told = true;
            log.warn(
                "The relay can't use {}: it answers, but LISTEN does not last there, as through a"
                    + " transaction pooler. Let database name PostgreSQL itself or a pooler in"
                    + " session mode, or set redis; until then nodes poll the database, and typing,"
                    + " presence, limits and disconnecting are those of one node",
                settings.database());
          }
        }
        disconnect();
        if (isOpen() && !told) {
          told = true;
          log.warn(
              "The relay has lost {}: {}. Check that server; until it is back, other nodes are told"
                  + " nothing but what is stored",
              settings.database(),
              trouble);
        }
        if (closing.await(pause, TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      disconnect();
      inbox.end();
    }
  }

  /// On the thread of the link.
  private void connect() {
    outbox.begin();
    inbox.resumed();
  }

  /// Sends and watches until something is wrong.
  ///
  /// @return what is wrong
  private String serve(NotifyLink link) throws InterruptedException, SQLException {
    long probedAt = System.nanoTime();
    List<RelayOutbox.Frame> frames = new ArrayList<>();
    while (isOpen()) {
      outbox.drainTo(frames, Integer.MAX_VALUE, BUNDLE_BYTES);
      long now = System.nanoTime();
      if (!frames.isEmpty() || now - probedAt >= TimeUnit.MILLISECONDS.toNanos(PROBE_MILLIS)) {
        // What is sent comes back to this link, too, so it is a probe by itself.
        probedAt = now;
        int count = frames.size();
        try {
          link.send(frames.stream().map(RelayOutbox.Frame::bytes).toList());
          outbox.sent(count);
        } catch (SQLException e) {
          outbox.unsent(count);
          throw e;
        } finally {
          frames.clear();
        }
      }
      if (!link.isListening()) {
        return "the connection was closed";
      }
      if (link.isSilent()) {
        return "nothing comes back that is sent";
      }
    }
    return "the relay is closed";
  }

  /// Ends a link, or an attempt to begin one: whatever waits for it is dropped.
  private void disconnect() {
    boolean was = outbox.isConnected();
    outbox.end();
    if (was) {
      inbox.interrupted();
    }
  }
}
