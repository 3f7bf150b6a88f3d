package dev.tertulia.server.relay.postgres;

import dev.tertulia.server.relay.RelayFormatException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/// A pair of connections: one that listens, with a thread that reads what arrives, and one that
/// sends. All methods are for one other thread.
final class NotifyLink implements AutoCloseable {
  /// How long the listening thread waits before it looks whether it is to end.
  private static final int WAIT_MILLIS = 500;

  /// How long the end of that thread is waited for.
  private static final long CLOSING_MILLIS = 1_000;

  /// Receives what arrives, on the thread of the link, in order.
  interface Receiver {
    /// The link has heard itself: what others send from now on arrives.
    void begun();

    /// Frames of another link.
    void received(List<byte[]> frames);

    /// Something that no link has sent.
    void malformed(RelayFormatException failure);
  }

  /// A connection that answers, and on which nothing arrives.
  static final class NothingArrivesException extends Exception {
    private static final long serialVersionUID = 1L;
  }

  private final String channel;
  private final Receiver receiver;
  private final Connection listening;
  private final Connection sending;

  /// Random, so that others and earlier ones are told apart.
  private final long id = ThreadLocalRandom.current().nextLong();

  private final Thread thread;
  private long bundles;

  /// When something of this link came back. Written by the thread.
  private volatile long heardAt;

  private final CountDownLatch begun = new CountDownLatch(1);
  private volatile boolean open = true;

  private NotifyLink(String channel, Connection listening, Connection sending, Receiver receiver) {
    this.channel = channel;
    this.listening = listening;
    this.sending = sending;
    this.receiver = receiver;
    thread = Thread.ofPlatform().name("relay-listener").daemon().unstarted(this::listen);
  }

  /// Opens a link, and waits until it has heard itself.
  ///
  /// @throws SQLException if the database can't be reached
  /// @throws NothingArrivesException if it answers, and what is sent does not arrive, as through a
  ///   pooler that gives each transaction another connection
  static NotifyLink open(PostgresRelay.Opener opener, String channel, Receiver receiver)
      throws SQLException, NothingArrivesException, InterruptedException {
    Connection listening = opener.open();
    Connection sending;
    try {
      sending = opener.open();
    } catch (SQLException e) {
      abort(listening);
      throw e;
    }
    NotifyLink link = new NotifyLink(channel, listening, sending, receiver);
    boolean done = false;
    try {
      link.begin();
      done = true;
      return link;
    } finally {
      if (!done) {
        link.close();
      }
    }
  }

  private void begin() throws SQLException, NothingArrivesException, InterruptedException {
    try (Statement statement = listening.createStatement()) {
      statement.execute("LISTEN " + channel);
    }
    try (Statement statement = sending.createStatement()) {
      // Nothing is lost with what was never stored, and no standby is waited for.
      statement.execute("SET synchronous_commit = off");
    }
    heardAt = System.nanoTime();
    thread.start();
    send(List.of());
    if (!begun.await(PostgresRelay.SILENCE_MILLIS, TimeUnit.MILLISECONDS)) {
      if (thread.isAlive() && listening.isValid(1)) {
        throw new NothingArrivesException();
      }
      throw new SQLException("it does not answer");
    }
  }

  /// Sends frames together, or nothing but a sign of life; waits until it is done.
  void send(List<byte[]> frames) throws SQLException {
    try (PreparedStatement notify =
        sending.prepareStatement("SELECT pg_notify(?, part) FROM unnest(?) AS part")) {
      notify.setString(1, channel);
      notify.setArray(
          2,
          sending.createArrayOf("text", Payloads.of(id, ++bundles, frames).toArray(String[]::new)));
      notify.execute();
    }
  }

  /// Whether nothing of this link came back for too long.
  boolean isSilent() {
    return System.nanoTime() - heardAt
        >= TimeUnit.MILLISECONDS.toNanos(PostgresRelay.SILENCE_MILLIS);
  }

  /// Whether what arrives is read.
  boolean isListening() {
    return thread.isAlive();
  }

  private void listen() {
    Payloads.Assembler assembler = new Payloads.Assembler();
    try {
      PGConnection notified = listening.unwrap(PGConnection.class);
      while (open) {
        for (PGNotification each : notified.getNotifications(WAIT_MILLIS)) {
          received(each.getParameter(), assembler);
        }
      }
    } catch (SQLException e) {
      // The other thread notices that this one has ended, and begins again.
      return;
    }
  }

  private void received(String text, Payloads.Assembler assembler) {
    try {
      Payloads.Part part = Payloads.Part.of(text);
      if (part.link() == id) {
        heardAt = System.nanoTime();
        if (begun.getCount() > 0) {
          receiver.begun();
          begun.countDown();
        }
      } else if (begun.getCount() == 0) {
        receiver.received(assembler.add(part));
      }
    } catch (RelayFormatException e) {
      receiver.malformed(e);
    }
  }

  @Override
  public void close() {
    open = false;
    abort(listening);
    abort(sending);
    try {
      thread.join(CLOSING_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Does not wait for the server, as closing may.
  private static void abort(Connection connection) {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      // It is of no use any more, closed or not.
      return;
    }
  }
}
