package dev.tertulia.server;

import dev.tertulia.server.chat.RoomLog;
import dev.tertulia.server.chat.Rooms;
import dev.tertulia.server.cluster.Cluster;
import dev.tertulia.server.connection.ReaderThreads.Cost;
import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.PostgresAddress;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.notification.InboxLog;
import dev.tertulia.server.notification.Notifications;
import dev.tertulia.server.storage.ClientExpiry;
import dev.tertulia.server.storage.CorruptionException;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.Durability;
import dev.tertulia.server.storage.NameBounds;
import dev.tertulia.server.storage.OnlineOperations;
import dev.tertulia.server.storage.OperatorAccess;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.Retention;
import dev.tertulia.server.storage.journal.EphemeralJournal;
import dev.tertulia.server.storage.journal.RoutingJournal;
import dev.tertulia.server.storage.journal.SqlJournal;
import dev.tertulia.server.storage.journal.StallWatch;
import dev.tertulia.server.storage.journal.WriterHealth;
import dev.tertulia.server.storage.postgres.PostgresServers;
import dev.tertulia.server.storage.read.ReadMeters;
import dev.tertulia.server.storage.read.ReadStores;
import dev.tertulia.server.storage.read.Tail;
import dev.tertulia.server.storage.rows.Row;
import dev.tertulia.server.storage.rows.Table;
import dev.tertulia.server.storage.sql.ReadSource;
import dev.tertulia.server.storage.sql.Readers;
import dev.tertulia.server.topic.Journal;
import dev.tertulia.server.topic.Log;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.Seam;
import dev.tertulia.server.topic.TopicName;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The storage of a server: its logs, how they are written and read, from opening to closing. They
/// are in files of the data folder or in PostgreSQL, as a [LogStore] has them. The folder belongs
/// to the server in either case.
public final class Storage implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Storage.class);

  private final DataFolder folder;
  private final LogStore store;
  private final ReadSource lasting;
  private final Readers readers;
  private final SqlJournal durable;

  /// `null` if nothing is kept only until the server stops.
  private final @Nullable SqlJournal passing;

  private final @Nullable ClusterNode cluster;
  private final Journal journal;
  private final ReadStores reading;
  private final OnlineOperations operations;
  private final StallWatch watch;

  /// `null` if nothing is published from the database. The root's thread.
  private @Nullable AutoCloseable publishing;

  /// What is to be kept, and what becomes of it.
  ///
  /// @param keeping what is kept of a topic: always the same of the same topic
  /// @param memory whether that is [Durability#MEMORY] of any
  /// @param forMembers which rooms are for those on their list alone
  /// @param retention how much of a topic is kept
  /// @param clientExpiry how long clients are remembered
  /// @param names how many rooms and inboxes there may be
  /// @param queue the most drafts that may wait for a journal
  /// @param queueBytes the most that their texts may hold
  /// @param tailBytes what the newest entries may hold in memory
  /// @param unixMillis the clock
  /// @param handOver takes each batch that is stored, in order, on a journal's thread
  /// @param renewed receives topics that were changed in a way that no batch reports, on the thread
  ///   of a journal, in the order of the batches: their subscribers must start over
  /// @param erased told of a client that is being erased, once it has another inbox: its
  ///   connections are to end
  /// @param cluster the node that this server is; `null` if it is alone
  public record Plan(
      Function<TopicName, Durability> keeping,
      boolean memory,
      Predicate<RoomName> forMembers,
      Function<TopicName, Retention> retention,
      ClientExpiry clientExpiry,
      NameBounds names,
      int queue,
      long queueBytes,
      long tailBytes,
      LongSupplier unixMillis,
      Consumer<List<Publication>> handOver,
      Consumer<TopicName> renewed,
      Consumer<ClientId> erased,
      ClusterNode.@Nullable Plan cluster) {}

  /// Opens the folder, and takes its lock.
  ///
  /// @throws DataFolderException if it can't be opened; nothing is left open then
  public Storage(Path path, Plan plan) {
    this(path, plan, EngineGuard.ofNoProcess());
  }

  /// As above.
  ///
  /// @param guard receives unexpected failures
  public Storage(Path path, Plan plan, EngineGuard guard) {
    this(path, null, plan, new Meters(), guard, Progress.NONE);
  }

  /// As above.
  ///
  /// @param database where the logs are in PostgreSQL; `null` if they are in the folder
  /// @param progress receives how far the tables are migrated, if that is needed; on the calling
  ///   thread, several times a second
  /// @param meters what is measured is added to them
  public Storage(
      Path path,
      @Nullable PostgresAddress database,
      Plan plan,
      Meters meters,
      EngineGuard guard,
      Progress progress) {
    folder = DataFolder.open(path);
    if (folder.warning() != null) {
      log.warn(folder.warning());
    }
    store =
        database == null
            ? new SqliteStore(folder)
            : new PostgresStore(
                folder.path(),
                plan.cluster == null ? new PostgresServers(database) : plan.cluster.servers());
    readers = new Readers(Readers.DEFAULT_THREADS, Readers.DEFAULT_BOUND, guard);
    Tail tail = new Tail(plan.tailBytes, plan.renewed);
    ReadMeters.addTail(meters, tail, plan.tailBytes);
    store.addTo(meters, plan.memory);
    ClusterNode node =
        plan.cluster == null
            ? null
            : new ClusterNode(
                plan.cluster, tail, topic -> isStored(plan, topic), plan.unixMillis, store, guard);
    cluster = node;
    SqlJournal.Plan journals =
        new SqlJournal.Plan(
            plan.queue,
            plan.queueBytes,
            plan.unixMillis,
            SqlJournal.RANDOM_TERMS,
            plan.retention,
            plan.clientExpiry,
            plan.names,
            List.of(tail),
            plan.handOver,
            meters,
            guard);
    Deque<Journal> opened = new ArrayDeque<>();
    boolean done = false;
    try {
      durable = store.openLasting(node == null ? journals : node.journal(journals), progress);
      opened.push(durable);
      EphemeralJournal signals =
          new EphemeralJournal(
              new SecureRandom().nextLong(),
              plan.queue,
              plan.queueBytes,
              plan.unixMillis,
              node == null ? plan.handOver : node::handOver,
              meters,
              guard);
      opened.push(signals);
      Journal memory = signals;
      List<SqlJournal> stored = new ArrayList<>(List.of(durable));
      if (plan.memory) {
        passing = store.openPassing(node == null ? journals : node.journal(journals));
        stored.add(passing);
        memory = passing;
        opened.push(memory);
      } else {
        passing = null;
      }
      journal = new RoutingJournal(plan.keeping, durable, memory, signals);
      lasting = store.lasting();
      reading =
          new ReadStores(
              lasting,
              plan.memory ? store.passing() : null,
              readers,
              tail,
              plan.keeping,
              plan.forMembers,
              new ReadMeters(meters),
              node == null ? Seam.ALONE : node);
      if (node != null) {
        node.begin(reading.shared(plan.keeping));
      }
      reading.countDurable(durable::counted);
      if (passing != null) {
        reading.countMemory(passing::counted);
      }
      operations = store.operations(stored, plan.erased, guard);
      watch = new StallWatch(stored, guard);
      done = true;
    } catch (SQLException e) {
      throw new DataFolderException(
          "cannot read the database %s: %s".formatted(store.name(), e.getMessage()), e);
    } finally {
      if (!done) {
        opened.forEach(Journal::close);
        if (node != null) {
          node.close();
        }
        readers.close();
        folder.close();
      }
    }
  }

  private static boolean isStored(Plan plan, TopicName topic) {
    return topic.kind() != TopicName.Kind.PRESENCE
        && plan.keeping.apply(topic) != Durability.SIGNAL;
  }

  /// The node that this server is; `null` if it is alone.
  @Nullable Cluster cluster() {
    return cluster == null ? null : cluster.cluster();
  }

  /// Where all topics are written.
  public Journal journal() {
    return journal;
  }

  /// Begins to publish what applications have put into the database, if it is one for that. Once.
  public void publishFromDatabase(
      Rooms rooms, Notifications notifications, Meters meters, EngineGuard guard) {
    publishing = store.publish(rooms, notifications, meters, guard);
  }

  /// Where all topics are read.
  public Log log() {
    return reading.log();
  }

  /// Where all rooms are read as they are now.
  public RoomLog rooms() {
    return reading.rooms();
  }

  /// Where all inboxes are read as they are now.
  public InboxLog inboxes() {
    return reading.inboxes();
  }

  /// What the operator can do with all that is stored.
  public OnlineOperations operations() {
    return operations;
  }

  /// Runs what reads from the databases for a client.
  ///
  /// @throws RejectedExecutionException if too many reads are in progress
  void read(ClientId client, Cost cost, Runnable reading) {
    if (!readers.submit(client.value(), cost == Cost.DEAR, reading)) {
      throw new RejectedExecutionException("too many reads are in progress");
    }
  }

  /// All rows of a table of the lasting database, which is to be small: they are to be held in
  /// memory. Blocks.
  ///
  /// @throws LogException if one is damaged
  public <R extends Row> List<R> rows(Table<R> table) {
    return rows(
        table,
        damage -> {
          throw damage;
        });
  }

  /// As above.
  ///
  /// @param damaged receives what is wrong with each damaged row, which is left out
  public <R extends Row> List<R> rows(Table<R> table, Consumer<LogException> damaged) {
    List<R> rows = new ArrayList<>();
    try (Connection reader = lasting.open();
        Statement statement = reader.createStatement();
        ResultSet result = statement.executeQuery(table.all())) {
      while (result.next()) {
        try {
          rows.add(table.reader().read(result, 1));
        } catch (LogException damage) {
          damaged.accept(damage);
        }
      }
    } catch (SQLException e) {
      throw CorruptionException.in(store.name(), e);
    }
    return rows;
  }

  /// Sets what runs when an erasure or an import may have changed lists of members; must neither
  /// block nor throw.
  public void onListsChanged(Runnable task) {
    durable.onMaintenance(task);
  }

  /// Whether all that is to be stored can be now: what lasts, and what is kept until the server
  /// stops. Any thread.
  public WriterHealth.State health() {
    WriterHealth.State lasting = durable.health();
    return lasting.ok() && passing != null ? passing.health() : lasting;
  }

  /// Why no clients are to be sent here; empty for no reason. Any thread.
  public String trouble() {
    String newer = cluster == null ? "" : cluster.newerPrimary();
    return newer.isEmpty() ? health().cause() : newer;
  }

  /// Whether what is confirmed is on a standby too; see [LogStore#standby]. Any thread.
  public String standby() {
    return store.standby();
  }

  /// Tells the commands of the operator how to reach the server, until this is closed.
  ///
  /// @throws DataFolderException if the folder can't be written
  public void admit(OperatorAccess operator) {
    folder.admit(operator, store.database());
  }

  private void closePublishing() {
    AutoCloseable open = publishing;
    if (open != null) {
      try {
        open.close();
      } catch (Exception e) {
        throw new IllegalStateException("what is published from the database does not end", e);
      }
    }
  }

  /// Stores what has queued, and closes everything.
  @Override
  public void close() {
    try {
      folder.forgetOperator();
    } catch (DataFolderException e) {
      log.warn(e.getMessage());
    }
    closePublishing();
    journal.close();
    watch.close();
    operations.close();
    if (cluster != null) {
      cluster.close();
    }
    readers.close();
    if (store.mayClose()) {
      reading.close();
    }
    folder.close();
  }
}
