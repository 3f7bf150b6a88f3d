package dev.tertulia.server;

import dev.tertulia.server.cluster.Cluster;
import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.model.NodeName;
import dev.tertulia.server.relay.Relay;
import dev.tertulia.server.relay.RelayMessage;
import dev.tertulia.server.storage.CommitListener;
import dev.tertulia.server.storage.journal.SqlJournal;
import dev.tertulia.server.storage.postgres.PostgresNodes;
import dev.tertulia.server.storage.postgres.PostgresServers;
import dev.tertulia.server.storage.read.DeferredSharedLog;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.Seam;
import dev.tertulia.server.topic.SharedLog;
import dev.tertulia.server.topic.TopicName;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ObjLongConsumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// This server as a node of a cluster: what a [Cluster] needs to run. One thread has it look for
/// what is due; another one tells in the database that this node is there, and looks for others.
public final class ClusterNode implements Seam, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ClusterNode.class);

  /// From one look to the next.
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  /// How often this node says in the database that it is there, and looks for others.
  private static final long BEAT_NANOS = TimeUnit.SECONDS.toNanos(1);

  /// A node that has not been seen for this long does not count, in milliseconds.
  private static final long DEAD_MILLIS = TimeUnit.MINUTES.toMillis(2);

  /// A node that was seen so recently is there, in milliseconds.
  private static final long FRESH_MILLIS = 3_000;

  /// How long the threads are waited for at the end.
  private static final long CLOSING_MILLIS = 15_000;

  /// What makes a server a node.
  ///
  /// @param servers of the database; all connections to them are opened by it
  /// @param relay makes the wire to the other nodes
  /// @param others receives every message of other nodes
  /// @param seen receives nodes that have said in the database that they are there, and their
  ///   incarnations; every second
  /// @param deliver hands publications to the loops
  /// @param tend does what else is due, some hundred times a second
  /// @param stored receives what this node's journals hand over, before it is delivered
  public record Plan(
      NodeName node,
      long incarnation,
      PostgresServers servers,
      Function<Relay.Listener, Relay> relay,
      Consumer<RelayMessage> others,
      ObjLongConsumer<NodeName> seen,
      Consumer<List<Publication>> deliver,
      Consumer<List<Publication>> stored,
      Consumer<TopicName> rolledBack,
      Runnable tend) {}

  private final Plan plan;
  private final EngineGuard guard;
  private final DeferredSharedLog shared = new DeferredSharedLog();
  private final ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor();
  private final Cluster cluster;
  private final PostgresNodes nodes;
  private final PrimaryWatch primary;
  private final List<Cluster.Writer> writers = new ArrayList<>();
  private final Thread looking;
  private final Thread beating;
  private volatile boolean open = true;

  /// @param tail keeps the newest entries
  /// @param isStored whether a topic has entries with positions
  /// @param store that this node writes to
  ClusterNode(
      Plan plan,
      CommitListener tail,
      Predicate<TopicName> isStored,
      LongSupplier unixMillis,
      LogStore store,
      EngineGuard guard) {
    this.plan = plan;
    primary = new PrimaryWatch(store::timeline, System::nanoTime);
    plan.servers.watch(primary::newest);
    this.guard = guard;
    nodes = new PostgresNodes(plan.servers);
    cluster =
        new Cluster(
            new Cluster.Parts(
                plan.node,
                plan.incarnation,
                shared,
                tail,
                plan.deliver,
                plan.rolledBack,
                StoredForm.INSTANCE,
                isStored,
                plan.relay,
                this::received,
                this::read,
                unixMillis,
                System::nanoTime,
                guard));
    looking = thread("cluster", this::look);
    beating = thread("cluster-nodes", this::beat);
  }

  private void received(RelayMessage message) {
    if (message instanceof RelayMessage.Primary other) {
      primary.received(other);
      giveUpFormer();
    }
    plan.others.accept(message);
  }

  private void lookForPrimary() {
    if (primary.isLookDue()) {
      plan.servers.look(
          this::read,
          timeline -> {
            primary.leadsTo(timeline);
            giveUpFormer();
          });
    }
  }

  /// Ends what leads to a primary that was replaced, also in the middle of a commit: whether that
  /// is stored is found out at the one that is in charge.
  private void giveUpFormer() {
    plan.servers.giveUp(primary.newest());
  }

  /// What is wrong if the database of this node was replaced by another; empty if it was not.
  String newerPrimary() {
    return primary.trouble();
  }

  private Thread thread(String name, Runnable task) {
    return guard.watch(
        Thread.ofPlatform().name(name).daemon().uncaughtExceptionHandler(guard).unstarted(task));
  }

  private void read(Runnable task) {
    try {
      readers.execute(() -> guarded("reading what other nodes have stored", task));
    } catch (RejectedExecutionException closed) {
      log.debug("Nothing is read any more", closed);
    }
  }

  private void guarded(String work, Runnable task) {
    try {
      task.run();
    } catch (Throwable failure) {
      guard.caught(work, failure);
    }
  }

  /// A plan of a journal of this node: one of its writers.
  SqlJournal.Plan journal(SqlJournal.Plan of) {
    Cluster.Writer writer = cluster.addWriter();
    writers.add(writer);
    return of.inCluster(
        () -> {
          long term = SqlJournal.RANDOM_TERMS.getAsLong();
          if (term != 0) {
            writer.begins(term);
          }
          return term;
        },
        List.of(writer.listener()),
        this::handOver);
  }

  /// Takes what the journals hand over, in order.
  void handOver(List<Publication> batch) {
    plan.stored.accept(batch);
    cluster.handOver(batch);
  }

  /// The storage is open: begins to follow the other nodes. Blocks.
  ///
  /// @throws SQLException if the database can't be read
  void begin(SharedLog log) throws SQLException {
    shared.open(log);
    List<Long> terms = new ArrayList<>();
    for (PostgresNodes.Node node : nodes.all()) {
      if (!node.name().equals(plan.node.value())) {
        terms.add(node.term());
        terms.add(node.memoryTerm());
      }
    }
    terms.removeIf(term -> term == 0);
    cluster.begin(terms);
    looking.start();
    beating.start();
  }

  /// What the subscriptions and the relay are told.
  Cluster cluster() {
    return cluster;
  }

  private void look() {
    while (open) {
      guarded("the fan-out between nodes", cluster::look);
      guarded("the primary of the database", this::lookForPrimary);
      guarded("the connections of other nodes", plan.tend);
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private void beat() {
    boolean failed = false;
    while (open) {
      try {
        for (PostgresNodes.Node node :
            nodes.beat(plan.node.value(), plan.incarnation, term(0), term(1))) {
          if (!node.name().equals(plan.node.value()) && node.age() < DEAD_MILLIS) {
            cluster.alive(node.term());
            cluster.alive(node.memoryTerm());
            if (node.age() < FRESH_MILLIS) {
              plan.seen.accept(new NodeName(node.name()), node.incarnation());
            }
          }
        }
        if (nodes.wasOpenedAgain()) {
          cluster.mayHaveLost();
        }
        primary.answered();
        cluster.relay().send(new RelayMessage.Primary(cluster.origin(), nodes.timeline()));
        failed = false;
      } catch (SQLException e) {
        if (!failed) {
          log.warn(
              "This node can't say in the database that it is there ({}). Check the database; new"
                  + " nodes do not find this one meanwhile",
              e.getMessage());
        }
        failed = true;
      }
      LockSupport.parkNanos(BEAT_NANOS);
    }
    try {
      nodes.leave(plan.node.value(), plan.incarnation);
    } catch (SQLException e) {
      log.debug("The end of this node can't be told", e);
    }
    nodes.close();
  }

  private long term(int writer) {
    return writer < writers.size() ? writers.get(writer).term() : 0;
  }

  @Override
  public boolean isOpen(TopicName topic) {
    return cluster.isOpen(topic);
  }

  @Override
  public void ensureOpen(List<TopicName> topics) {
    cluster.ensureOpen(topics);
  }

  @Override
  public boolean hasRead(TopicName topic, Position end) {
    return cluster.hasRead(topic, end);
  }

  @Override
  public boolean isShared() {
    return true;
  }

  /// Ends it, after the journals and before the readers.
  @Override
  public void close() {
    guard.release(looking);
    guard.release(beating);
    open = false;
    for (Thread thread : List.of(looking, beating)) {
      LockSupport.unpark(thread);
      try {
        thread.join(CLOSING_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    cluster.close();
    readers.shutdown();
  }
}
