package dev.tertulia.server.storage.sql;

import dev.tertulia.server.storage.StorageFault;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.RateLimitedLog;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One database, as the [Readers] use it: each of their threads has its own connection, opened when
/// first needed, and again after a failure; or takes one from a pool for each reading.
///
/// A failure becomes a [LogException]; damage is logged: each location immediately, and again every
/// hour.
public final class ReadDatabase implements AutoCloseable {
  /// Something to read.
  public interface Reading<T extends @Nullable Object> {
    T from(ReadConnection connection) throws SQLException;
  }

  private static final Logger log = LoggerFactory.getLogger(ReadDatabase.class);

  /// How long the same damage is not logged again.
  private static final Duration PAUSE = Duration.ofHours(1);

  private final Readers readers;
  private final ReadSource source;
  private final long longestNanos;

  /// Each is its thread's.
  private final ConcurrentHashMap<Thread, ReadConnection> connections = new ConcurrentHashMap<>();

  private final RateLimitedLog damages = new RateLimitedLog(System::nanoTime, PAUSE);

  public ReadDatabase(Readers readers, ReadSource source) {
    this(readers, source, TimeUnit.SECONDS.toNanos(ReadConnection.LONGEST_SECONDS));
  }

  public ReadDatabase(Readers readers, ReadSource source, long longestNanos) {
    this.readers = readers;
    this.source = source;
    this.longestNanos = longestNanos;
  }

  /// What `reading` finds, all of it at one moment. Waits: not on a loop.
  ///
  /// @param what names it in what is thrown
  /// @throws LogException if it can't be read now, or is damaged
  public <T extends @Nullable Object> T read(String what, Reading<T> reading) {
    return read(Readers.API, false, what, reading);
  }

  /// The same of something that may have to look at many rows.
  ///
  /// @param kind of reading: one of each is done at a time, unless a client's turn has come for it
  public <T extends @Nullable Object> T readDear(String kind, String what, Reading<T> reading) {
    return read(kind, true, what, reading);
  }

  private <T extends @Nullable Object> T read(
      String whose, boolean dear, String what, Reading<T> reading) {
    try {
      return readers.read(whose, dear, () -> here(what, reading));
    } catch (RejectedExecutionException e) {
      throw new LogException(what + " can't be read: too many reads are in progress", false, e);
    }
  }

  private <T extends @Nullable Object> T here(String what, Reading<T> reading) {
    boolean done = false;
    try {
      ReadConnection connection = connection();
      connection.begin(what);
      T found = reading.from(connection);
      connection.end();
      done = true;
      return found;
    } catch (LogException e) {
      throw e.damaged() ? damage(new LogException(what + ": " + e.getMessage(), true, e)) : e;
    } catch (SQLException e) {
      StorageFault storageFault = StorageFault.of(e);
      String message =
          "%s can't be read, the database failed: %s (%s); %s"
              .formatted(what, storageFault.words(), e.getMessage(), storageFault.remedy());
      boolean damaged = storageFault == StorageFault.DAMAGED;
      LogException failure = new LogException(message, damaged, e);
      throw damaged ? damage(failure) : failure;
    } catch (Error e) {
      readers.guard().caught("a reading", e);
      throw new LogException("%s can't be read because of a bug: %s".formatted(what, e), false, e);
    } finally {
      if (!done || source.isPool()) {
        discard();
      }
    }
  }

  private void met(String what, LogException damage) {
    damage(new LogException(what + ": " + damage.getMessage(), true, damage));
  }

  private LogException damage(LogException damage) {
    String place = String.valueOf(damage.getMessage());
    damages.met(
        place,
        suffix -> log.error("{}{}. './tertulia check' lists what is damaged", place, suffix));
    return damage;
  }

  private ReadConnection connection() throws SQLException {
    Thread thread = Thread.currentThread();
    ReadConnection connection = connections.get(thread);
    if (connection == null) {
      connection = new ReadConnection(source.open(), source, longestNanos, this::met);
      connections.put(thread, connection);
    }
    return connection;
  }

  private void discard() {
    ReadConnection connection = connections.remove(Thread.currentThread());
    if (connection != null) {
      close(connection);
    }
  }

  private static void close(ReadConnection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      log.debug("Failed to close a database connection", e);
    }
  }

  /// Reads on other connections from now on, as another server may be in charge of the database.
  public void renew() {
    source.renew();
  }

  /// Closes all connections, after the [Readers] have been closed.
  @Override
  public void close() {
    connections.values().forEach(ReadDatabase::close);
    source.close();
  }
}
