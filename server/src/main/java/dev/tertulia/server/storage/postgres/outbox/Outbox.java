package dev.tertulia.server.storage.postgres.outbox;

import dev.tertulia.server.chat.Rooms;
import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.model.ErrorCode;
import dev.tertulia.server.notification.Notifications;
import dev.tertulia.server.storage.StorageFault;
import dev.tertulia.server.storage.sql.Database;
import dev.tertulia.server.topic.Journal.Appended;
import dev.tertulia.server.topic.Outcome;
import dev.tertulia.server.topic.RateLimitedLog;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Publishes what applications have put into the outbox. Any number of servers do so at once.
///
/// # Claiming
///
/// A thread looks every 50 ms whether there are rows, by one short statement on an index. If so, it
/// locks some that nobody else has locked, publishes them through the journal as any request, and
/// removes them in the same transaction. No number of a row is remembered, because transactions of
/// applications commit in another order than their rows are numbered. A row of a room or a client
/// is left alone while another server has an earlier one of the same: so what one transaction sends
/// to a room keeps its order.
///
/// # Failure
///
/// A server that ends, or loses its session, in the middle has published some rows that are still
/// there. They are published again, by the same ids of requests, which has no effect. A row that
/// can't be published is kept with the reason; a row that can't be published now is tried again.
///
/// # Bounds
///
/// At most [#AT_ONCE] rows are claimed, and kept for [#LONGEST] at most.
public final class Outbox implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Outbox.class);

  /// From one look at an empty outbox to the next.
  static final Duration POLL = Duration.ofMillis(50);

  /// How long nothing is tried after a failure.
  private static final Duration REST = Duration.ofMillis(500);

  /// How long the journal may take for the rows of one claim: less than a transaction may be idle.
  private static final Duration LONGEST = Duration.ofSeconds(5);

  private static final Duration COUNT = Duration.ofSeconds(10);
  private static final int MOST_COUNTED = 10_000;

  /// The most rows that are claimed at once.
  static final int AT_ONCE = 500;

  private static final String ANY = "SELECT EXISTS (SELECT 1 FROM outbox WHERE refused IS NULL)";

  private static final String CLAIM =
      """
      WITH claimed AS MATERIALIZED (
        SELECT %1$s FROM outbox WHERE refused IS NULL ORDER BY id LIMIT %2$s
          FOR UPDATE SKIP LOCKED),
      others AS (
        SELECT kind, target, min(id) AS id FROM outbox
          WHERE refused IS NULL AND id < (SELECT max(id) FROM claimed)
            AND id NOT IN (SELECT id FROM claimed)
          GROUP BY kind, target)
      SELECT %1$s FROM claimed AS c WHERE NOT EXISTS (
          SELECT 1 FROM others AS o WHERE o.kind = c.kind AND o.target = c.target AND o.id < c.id)
        ORDER BY id\
      """
          .formatted(OutboxRow.COLUMNS, AT_ONCE);

  private static final String REMOVE = "DELETE FROM outbox WHERE id = ANY (?)";

  private static final String REFUSE =
      "UPDATE outbox SET refused = ?, refused_at = clock_timestamp() WHERE id = ?";

  private static final String COUNTED =
      "SELECT (SELECT count(*) FROM (SELECT 1 FROM outbox WHERE refused IS NULL LIMIT %1$s) AS w), (SELECT count(*) FROM (SELECT 1 FROM outbox WHERE refused IS NOT NULL LIMIT %1$s) AS r)"
          .formatted(MOST_COUNTED);

  private final Database database;
  private final Rooms rooms;
  private final Notifications notifications;
  private final OutboxMeters meters;
  private final EngineGuard guard;
  private final RateLimitedLog failures =
      new RateLimitedLog(System::nanoTime, Duration.ofMinutes(1));
  private final Thread thread;
  private volatile boolean open = true;

  // The thread's.
  private @Nullable Connection connection;
  private long countedAt;

  /// Begins.
  ///
  /// @param database with the outbox
  public Outbox(
      Database database,
      Rooms rooms,
      Notifications notifications,
      Meters meters,
      EngineGuard guard) {
    this.database = database;
    this.rooms = rooms;
    this.notifications = notifications;
    this.meters = new OutboxMeters(meters);
    this.guard = guard;
    countedAt = System.nanoTime() - COUNT.toNanos();
    thread =
        Thread.ofPlatform()
            .name("outbox")
            .daemon()
            .uncaughtExceptionHandler(guard)
            .start(this::run);
  }

  private void run() {
    while (open) {
      Duration wait = REST;
      try {
        wait = turn();
      } catch (SQLException e) {
        disconnect();
        StorageFault fault = StorageFault.of(e);
        failures.met(
            String.valueOf(e.getSQLState()),
            suffix ->
                log.warn(
                    "The outbox can't be read: {} ({}). To fix this, {}; what waits in it is"
                        + " published then{}",
                    fault.words(),
                    e.getMessage(),
                    fault.remedy(),
                    suffix));
      } catch (RuntimeException | Error e) {
        disconnect();
        guard.caught("the outbox", e);
      }
      if (open && !wait.isZero()) {
        LockSupport.parkNanos(wait.toNanos());
      }
    }
    disconnect();
  }

  /// Publishes what is there now.
  ///
  /// @return how long it is until the next turn
  private Duration turn() throws SQLException {
    Connection used = connection();
    used.setAutoCommit(true);
    count(used);
    if (!isAny(used)) {
      return POLL;
    }
    used.setAutoCommit(false);
    List<OutboxRow> rows = claim(used);
    if (rows.isEmpty()) {
      used.rollback();
      return POLL;
    }
    meters.claimed(rows.size());
    Settled settled = settle(rows);
    if (settled.isNothing()) {
      used.rollback();
      return REST;
    }
    remove(used, settled.published);
    refuse(used, settled.refused);
    database.commit(used);
    meters.published(settled.published.size());
    if (!settled.refused.isEmpty()) {
      failures.met(
          "refused",
          suffix ->
              log.warn(
                  "{} rows of the outbox were refused, and are kept. Look at them with SELECT *"
                      + " FROM tertulia.outbox WHERE refused IS NOT NULL, and remove them, or"
                      + " correct them and set refused to NULL{}",
                  settled.refused.size(),
                  suffix));
    }
    return settled.published.size() + settled.refused.size() < rows.size() ? REST : Duration.ZERO;
  }

  private Connection connection() throws SQLException {
    Connection used = connection;
    if (used == null) {
      used = database.connect();
      connection = used;
    }
    return used;
  }

  private void disconnect() {
    Connection used = connection;
    connection = null;
    if (used != null) {
      try {
        used.close();
      } catch (SQLException e) {
        log.debug("Failed to close the connection of the outbox", e);
      }
    }
  }

  private static boolean isAny(Connection used) throws SQLException {
    try (Statement statement = used.createStatement();
        ResultSet result = statement.executeQuery(ANY)) {
      return result.next() && result.getBoolean(1);
    }
  }

  private static List<OutboxRow> claim(Connection used) throws SQLException {
    List<OutboxRow> rows = new ArrayList<>();
    try (Statement statement = used.createStatement();
        ResultSet result = statement.executeQuery(CLAIM)) {
      while (result.next()) {
        rows.add(OutboxRow.read(result));
      }
    }
    return rows;
  }

  /// What became of rows.
  ///
  /// @param published their ids
  private record Settled(List<Long> published, List<Refused> refused) {
    boolean isNothing() {
      return published.isEmpty() && refused.isEmpty();
    }
  }

  private record Refused(long id, ErrorCode code) {}

  /// Publishes rows in their order, and waits for the outcomes.
  private Settled settle(List<OutboxRow> rows) {
    List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
    for (OutboxRow row : rows) {
      CompletableFuture<Outcome> outcome = new CompletableFuture<>();
      outcomes.add(outcome);
      try {
        if (row.publish(rooms, notifications, outcome::complete) != Appended.QUEUED) {
          // Those after it would overtake it.
          outcome.complete(new Outcome.Refused(ErrorCode.UNAVAILABLE));
          break;
        }
      } catch (OutboxRow.Unfit e) {
        outcome.complete(new Outcome.Refused(e.code()));
      }
    }
    Settled settled = new Settled(new ArrayList<>(), new ArrayList<>());
    long end = System.nanoTime() + LONGEST.toNanos();
    for (int i = 0; i < outcomes.size(); i++) {
      Outcome outcome = await(outcomes.get(i), end);
      long id = rows.get(i).id();
      if (outcome instanceof Outcome.Refused(ErrorCode code, _, _)) {
        if (!code.isWorthRetrying()) {
          settled.refused.add(new Refused(id, code));
        }
      } else if (outcome != null && !(outcome instanceof Outcome.Unconfirmed)) {
        settled.published.add(id);
      }
    }
    return settled;
  }

  /// @return `null` if there is none in time
  private static @Nullable Outcome await(CompletableFuture<Outcome> outcome, long end) {
    try {
      return outcome.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void remove(Connection used, List<Long> ids) throws SQLException {
    try (PreparedStatement remove = used.prepareStatement(REMOVE)) {
      remove.setArray(1, used.createArrayOf("bigint", ids.toArray()));
      remove.executeUpdate();
    }
  }

  private static void refuse(Connection used, List<Refused> rows) throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement refuse = used.prepareStatement(REFUSE)) {
      for (Refused row : rows) {
        refuse.setString(1, row.code.wireName());
        refuse.setLong(2, row.id);
        refuse.addBatch();
      }
      refuse.executeBatch();
    }
  }

  private void count(Connection used) throws SQLException {
    long now = System.nanoTime();
    if (now - countedAt < COUNT.toNanos()) {
      return;
    }
    try (Statement statement = used.createStatement();
        ResultSet result = statement.executeQuery(COUNTED)) {
      if (result.next()) {
        meters.counted(result.getLong(1), result.getLong(2));
      }
    }
    countedAt = now;
  }

  /// Ends it, before the journals: what it has claimed is published, or stays for others.
  @Override
  public void close() {
    open = false;
    LockSupport.unpark(thread);
    try {
      thread.join(LONGEST.plus(REST));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
