package dev.tertulia.server;

import dev.tertulia.server.chat.Rooms;
import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.notification.Notifications;
import dev.tertulia.server.storage.CorruptionException;
import dev.tertulia.server.storage.OnlineOperations;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.admin.RunningOperations;
import dev.tertulia.server.storage.journal.SqlJournal;
import dev.tertulia.server.storage.postgres.PostgresDatabase;
import dev.tertulia.server.storage.postgres.PostgresServers;
import dev.tertulia.server.storage.postgres.outbox.Outbox;
import dev.tertulia.server.storage.sql.ReadSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The logs in a PostgreSQL database. What need not last has unlogged tables in a schema of its
/// own, which are emptied when PostgreSQL crashes. It measures nothing of the database, which the
/// tools for PostgreSQL do.
final class PostgresStore implements LogStore {
  private final Path folder;
  private final PostgresServers servers;

  /// `null` until it is opened, as the next.
  private volatile @Nullable PostgresDatabase lasting;

  private volatile @Nullable PostgresDatabase passing;

  /// @param folder of the server, for what is needed for a while
  PostgresStore(Path folder, PostgresServers servers) {
    this.folder = folder;
    this.servers = servers;
  }

  @Override
  public String name() {
    return servers.toString();
  }

  @Override
  public String database() {
    return name();
  }

  @Override
  public long timeline() {
    PostgresDatabase opened = lasting;
    return opened == null ? 0 : opened.timeline();
  }

  @Override
  public String standby() {
    PostgresDatabase opened = lasting;
    return opened == null ? "" : opened.awaitsStandby() ? "awaited" : "none";
  }

  @Override
  public SqlJournal openLasting(SqlJournal.Plan plan, Progress progress) {
    PostgresDatabase opened = PostgresDatabase.open(servers);
    lasting = opened;
    return SqlJournal.lasting(opened, plan);
  }

  @Override
  public SqlJournal openPassing(SqlJournal.Plan plan) {
    PostgresDatabase opened = PostgresDatabase.passing(servers);
    passing = opened;
    return SqlJournal.passing(opened, plan);
  }

  @Override
  public ReadSource lasting() {
    return Objects.requireNonNull(lasting).reader();
  }

  @Override
  public ReadSource passing() {
    return Objects.requireNonNull(passing).reader();
  }

  @Override
  public boolean mayClose() {
    return true;
  }

  @Override
  public OnlineOperations operations(
      List<SqlJournal> journals, Consumer<ClientId> erased, EngineGuard guard) {
    List<PostgresDatabase> databases =
        Stream.of(lasting, passing).filter(Objects::nonNull).map(Objects::requireNonNull).toList();
    List<RunningOperations.Place> places = new ArrayList<>();
    for (SqlJournal journal : journals) {
      places.add(
          new RunningOperations.Place(journal, databases.get(places.size()).reader(), name()));
    }
    return new RunningOperations(
        folder,
        places,
        client -> {
          forget(client);
          erased.accept(client);
        },
        guard);
  }

  @Override
  public AutoCloseable publish(
      Rooms rooms, Notifications notifications, Meters meters, EngineGuard guard) {
    return new Outbox(Objects.requireNonNull(lasting), rooms, notifications, meters, guard);
  }

  /// Removes what waits in the outbox of a client that is being erased.
  private void forget(ClientId client) {
    PostgresDatabase database = Objects.requireNonNull(lasting);
    try (Connection connection = database.connect()) {
      database.forgetInOutbox(connection, client.value());
      database.commit(connection);
    } catch (SQLException e) {
      throw CorruptionException.in(name(), e);
    }
  }

  @Override
  public void addTo(Meters meters, boolean hasPassing) {}
}
