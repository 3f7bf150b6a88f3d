package dev.tertulia.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.StoredForm;
import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.NodeName;
import dev.tertulia.server.model.Refusal;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.storage.read.Tail;
import dev.tertulia.server.testing.ManualLoop;
import dev.tertulia.server.testing.Seeded;
import dev.tertulia.server.topic.Fanout;
import dev.tertulia.server.topic.Log;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.LoopTopics;
import dev.tertulia.server.topic.Position;
import dev.tertulia.server.topic.Publication;
import dev.tertulia.server.topic.SharedLog;
import dev.tertulia.server.topic.Subscriber;
import dev.tertulia.server.topic.Subscription;
import dev.tertulia.server.topic.TopicName;
import dev.tertulia.server.topic.WireFormat;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Several nodes on one log, with a wire that loses, doubles, delays and reorders, in virtual time:
/// every subscriber, on whichever node, sees each entry of its topic once, in order, with none
/// missing, from where it begins to read.
final class ClusterSeamTest {
  private static final int NODES = 3;
  private static final List<TopicName> ROOMS =
      IntStream.range(0, 6).mapToObj(i -> TopicName.room(new RoomName("room" + i))).toList();
  private static final ClientId ANA = new ClientId("ana");

  private final Seeded base = Seeded.print();

  /// Of the world of this round.
  private Seeded seeded = base;

  private RandomGenerator random = seeded.random();

  /// Puts each offset into five digits, and its term into five.
  private static final WireFormat DIGITS =
      new WireFormat() {
        @Override
        public int index() {
          return 0;
        }

        @Override
        public ByteBuf encode(Publication publication) {
          return ByteBufUtil.writeUtf8(
              ByteBufAllocator.DEFAULT, digits(publication.storedPosition()));
        }

        @Override
        public ByteBuf encode(Refusal refusal) {
          throw new UnsupportedOperationException();
        }

        @Override
        public ByteBuf frame(byte[] json) {
          throw new UnsupportedOperationException();
        }
      };

  private static String digits(Position position) {
    return String.format(Locale.ROOT, "%05d%05d", position.offset(), position.term());
  }

  private static Position position(String digits) {
    return new Position(Long.parseLong(digits, 5, 10, 10), Long.parseLong(digits, 0, 5, 10));
  }

  /// What a node has committed, and not told yet.
  private record Committed(long term, long seq, List<Publication> entries) {}

  private final class World {
    private final RelayHub hub = new RelayHub(random);
    private final SimulatedLog log = new SimulatedLog(this::meanwhile);
    private final List<Node> nodes = new ArrayList<>();
    private final List<Reader> readers = new ArrayList<>();
    private long now = TimeUnit.DAYS.toNanos(1);
    private long terms = 100;
    private int depth;
    private boolean ending;

    /// The only node whose writer opens the database again; `null` if all do.
    private @Nullable Node first;

    /// Whether no writer does, but all nodes tell that they are there.
    private boolean idle;

    /// How many entries came to readers live, and how many of these learnt of a loss.
    private long live;

    private long rolledBack;

    /// Whether the database loses its end now and then.
    private final boolean losing;

    /// Whether no writer opens the database again, and what is verified when one does was verified
    /// before: whatever is missed then is missed for ever.
    private final boolean steady = random.nextBoolean();

    /// How seldom it does.
    private final int calm = random.nextInt(1, 9);

    World(boolean losing) {
      this.losing = losing;
      for (int i = 0; i < NODES; i++) {
        nodes.add(new Node(i));
      }
      for (int i = 0; steady && i < 40; i++) {
        settle();
      }
      hub.disturb(random.nextInt(4) * 20, random.nextInt(3) * 20);
    }

    /// What goes on while somebody reads from the database.
    private void meanwhile() {
      if (depth < 2 && !ending) {
        depth++;
        for (int i = random.nextInt(3); i > 0; i--) {
          step();
        }
        depth--;
      }
    }

    void step() {
      Node node = nodes.get(random.nextInt(NODES));
      switch (random.nextInt(17)) {
        case 0, 1 -> node.commit();
        case 2, 3 -> node.tell();
        case 4 -> node.handOver();
        case 5, 6, 7 -> hub.step();
        case 8 -> now += TimeUnit.MICROSECONDS.toNanos(random.nextInt(30_000));
        case 9, 10 -> node.cluster.look();
        case 11 -> node.work();
        case 14 -> node.load();
        case 12 -> node.loops.get(random.nextInt(2)).turn();
        case 13 -> rare();
        default -> {
          if (!readers.isEmpty()) {
            readers.get(random.nextInt(readers.size())).step();
          }
        }
      }
    }

    private void rare() {
      switch (random.nextInt(9)) {
        case 8 -> failOver();
        case 0 -> hub.toggle(random.nextInt(NODES));
        case 1 -> log.down = !log.down;
        case 2 -> rest();
        case 3 -> {
          if (!steady) {
            nodes.get(random.nextInt(NODES)).beginTerm();
          }
        }
        case 4 -> nodes.get(random.nextInt(NODES)).beat();
        default -> {
          if (readers.stream().filter(reader -> !reader.gone).count() < 12) {
            readers.add(new Reader(this, nodes.get(random.nextInt(NODES))));
          }
        }
      }
    }

    /// Nothing happens for so long that nothing is on its way any more.
    private void rest() {
      for (Node node : nodes) {
        do {
          node.tell();
          node.handOver();
        } while (!node.committed.isEmpty());
      }
      hub.loseAll();
      now += TimeUnit.SECONDS.toNanos(random.nextInt(15));
    }

    /// The database loses what was committed last. Its writers notice when they write next.
    private void failOver() {
      if (losing && random.nextInt(calm) == 0) {
        if (random.nextInt(3) == 0) {
          // Whatever was to be verified is.
          for (int i = 0; i < 4; i++) {
            rest();
            nodes.forEach(node -> node.cluster.look());
          }
        }
        lose(random.nextInt(1, 5));
      }
    }

    /// Everything goes on until nothing is left to do.
    void finish() {
      ending = true;
      log.down = false;
      hub.repair();
      if (losing && random.nextBoolean()) {
        loseQuietly();
      }
      // One writer that goes on is enough for all nodes to notice what is lost; and if none has
      // anything to write, they notice by themselves.
      first = nodes.getLast();
      idle = random.nextBoolean();
      for (int i = 0; i < 40; i++) {
        settle();
        readers.forEach(Reader::step);
      }
      // Nothing more needs to come for what has come to be noticed.
      readers.forEach(Reader::check);
      first = null;
      idle = false;
      nodes.forEach(Node::commit);
      for (int i = 0; i < 20; i++) {
        settle();
      }
      readers.forEach(Reader::check);
    }

    /// The database loses what one node has written last and all have delivered, and nothing else
    /// happens.
    private void loseQuietly() {
      for (int i = 0; i < 40; i++) {
        settle();
        readers.forEach(Reader::step);
      }
      nodes.getFirst().commit();
      settle();
      lose(1);
    }

    private void lose(int batches) {
      log.lose(batches);
      nodes.forEach(node -> {
        node.cut = true;
        node.beatIsCut = true;
      });
    }

    private void settle() {
      now += TimeUnit.MILLISECONDS.toNanos(300);
      for (Node node : nodes) {
        do {
          node.tell();
          node.handOver();
        } while (!node.committed.isEmpty());
        if (idle) {
          node.beat();
        } else if (first == null || node == first) {
          node.openAgain();
        }
        // As the database says of each node, whatever the relay has lost.
        nodes.stream()
            .filter(other -> other != node)
            .forEach(other -> node.cluster.alive(other.term));
        node.cluster.look();
        while (node.work()) {
          // Until nothing is left.
        }
      }
      for (int i = hub.inFlight(); i > 0; i--) {
        hub.step();
      }
      nodes.forEach(node -> node.loops.forEach(ManualLoop::turn));
    }

    /// One server.
    private final class Node {
      private final Fanout fanout = new Fanout(List.of(DIGITS));
      private final List<ManualLoop> loops = List.of(new ManualLoop(0), new ManualLoop(1));
      private final List<LoopTopics> topics = new ArrayList<>();
      private final Tail tail = new Tail(100_000);
      private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
      private final ArrayDeque<Committed> committed = new ArrayDeque<>();
      private final ArrayDeque<Committed> told = new ArrayDeque<>();
      private final Cluster cluster;
      private final Cluster.Writer writer;
      private long term;
      private long seq;

      /// Whether the database has failed over, which ends the term of the writer.
      private boolean cut;

      /// Whether it has, since the node has told the database that it is there.
      private boolean beatIsCut;

      /// What is being loaded into the tail, and what was read for that.
      private @Nullable TopicName loadedTopic;

      private Tail.@Nullable Loading loading;
      private Log.@Nullable Page loaded;

      private final int number;

      Node(int number) {
        this.number = number;
        loops.forEach(loop -> topics.add(loop.topicsOf(fanout)));
        cluster =
            new Cluster(
                new Cluster.Parts(
                    new NodeName("node" + number),
                    1,
                    log,
                    tail,
                    fanout::publish,
                    fanout::rolledBack,
                    StoredForm.INSTANCE,
                    topic -> true,
                    hub::join,
                    message -> {},
                    tasks::add,
                    () -> 0,
                    () -> now,
                    EngineGuard.ofNoProcess()));
        fanout.tellInterest(cluster);
        cluster.resumed();
        writer = cluster.addWriter();
        beginTerm();
      }

      /// The node tells the database that it is there.
      void beat() {
        if (!log.down && beatIsCut) {
          beatIsCut = false;
          cluster.mayHaveLost();
        }
      }

      /// A topic is loaded into the tail, in several steps.
      void load() {
        if (loading == null) {
          TopicName topic = ROOMS.get(random.nextInt(ROOMS.size()));
          if (cluster.isOpen(topic)) {
            loading = tail.beginLoading(topic);
            loadedTopic = topic;
          }
        } else if (loaded == null && !log.down && loadedTopic != null) {
          loaded = log.page(loadedTopic, Position.START, Integer.MAX_VALUE);
        } else {
          if (loaded != null && loadedTopic != null && cluster.hasRead(loadedTopic, loaded.end())) {
            loading.finish(Position.START, true, loaded.entries());
          }
          loading.close();
          loading = null;
          loaded = null;
        }
      }

      /// The writer opens the database again after it was cut off, and once it has told all.
      void openAgain() {
        if (cut && !log.down && committed.isEmpty() && told.isEmpty()) {
          cut = false;
          if (!log.has(term, seq)) {
            writer.listener().lost();
          }
          beginTerm();
        }
      }

      /// The writer has opened the database again, once nothing of it is in doubt.
      void beginTerm() {
        if (committed.isEmpty() && told.isEmpty()) {
          term = terms++;
          seq = 0;
          writer.begins(term);
        }
      }

      void commit() {
        openAgain();
        if (log.down || cut) {
          return;
        }
        List<Publication> entries = new ArrayList<>();
        Map<TopicName, Long> ends = new LinkedHashMap<>();
        seq++;
        for (int i = random.nextInt(1, 4); i > 0; i--) {
          TopicName room = ROOMS.get(random.nextInt(ROOMS.size()));
          long offset = log.head(room) + 1;
          Publication entry =
              Publication.kept(
                  room,
                  new Position(term, offset),
                  0,
                  term + ":" + seq,
                  new Entry.Chat(ANA, "Ana", "x"));
          entries.add(log.add(entry));
          ends.put(room, offset);
        }
        log.add(
            new SharedLog.Batch(
                term,
                seq,
                ends.entrySet().stream()
                    .map(end -> new SharedLog.End(end.getKey(), end.getValue()))
                    .toList()));
        committed.add(new Committed(term, seq, entries));
      }

      /// The listeners of commits are told.
      void tell() {
        if (!committed.isEmpty() && told.isEmpty()) {
          Committed batch = committed.remove();
          writer.listener().committed(batch.term, batch.seq, batch.entries, List.of());
          writer.listener().told();
          told.add(batch);
        }
      }

      /// The receipts are told, and the batch handed over.
      void handOver() {
        if (!told.isEmpty()) {
          cluster.handOver(told.remove().entries);
        }
      }

      /// @return whether there was something to do
      boolean work() {
        Runnable task = tasks.poll();
        if (task != null) {
          task.run();
        }
        return task != null;
      }
    }
  }

  /// Reads from where it begins, and then listens.
  private final class Reader implements Subscriber {
    private final World world;
    private final World.Node node;
    private final TopicName topic = ROOMS.get(random.nextInt(ROOMS.size()));
    private final LoopTopics topics;
    private final Subscription subscription;
    private final Position from;
    private final List<String> seen = new ArrayList<>();
    private Log.@Nullable Page page;
    private Log.@Nullable Page read;
    private boolean opened;
    private Position at;
    private boolean live;
    private boolean gone;

    Reader(World world, World.Node node) {
      this.world = world;
      this.node = node;
      topics = node.topics.get(random.nextInt(2));
      subscription = topics.watch(topic, DIGITS, this);
      from = world.log.position(topic, random.nextLong(world.log.head(topic) + 1));
      at = from;
    }

    void step() {
      if (gone || live) {
        if (!gone && !world.ending && random.nextInt(30) == 0) {
          leave();
        }
        return;
      }
      if (page != null) {
        take(page);
        return;
      }
      if (read != null) {
        page = read.more() || node.cluster.hasRead(topic, read.end()) ? read : null;
        read = null;
        return;
      }
      int entries = world.ending ? 10_000 : random.nextInt(1, 60);
      if (random.nextBoolean() && node.cluster.isOpen(topic)) {
        page = node.tail.since(topic, at, entries, 1 << 20);
      } else if (!opened) {
        try {
          node.cluster.ensureOpen(List.of(topic));
          opened = true;
        } catch (LogException e) {
          assertThat(world.log.down).isTrue();
        }
      } else if (!world.log.down) {
        page = world.log.page(topic, at, entries);
        opened = false;
        if (page == null) {
          rolledBack(topic);
        } else {
          read = page;
          page = null;
        }
      }
    }

    /// What it sees follows what it has seen, in one of the logs that there ever were.
    private void see(String digits) {
      Position before = seen.isEmpty() ? from : position(seen.getLast());
      assertThat(world.log.previous(topic, position(digits)))
          .as("%s: before %s in %s, on %s", seeded, digits, topic, node.number)
          .isEqualTo(before);
      seen.add(digits);
    }

    private void leave() {
      topics.unsubscribe(subscription);
      gone = true;
    }

    private void take(Log.Page read) {
      read.entries().forEach(entry -> see(digits(entry.storedPosition())));
      at = read.end();
      page = null;
      live = !read.more() && topics.activate(subscription, at.offset());
    }

    @Override
    public void deliver(ByteBuf frames, int start) {
      assertThat(live && !gone).as("%s: delivered out of season", seeded).isTrue();
      String text = frames.toString(StandardCharsets.UTF_8).substring(start);
      for (int i = 0; i < text.length(); i += 10) {
        see(text.substring(i, i + 10));
        world.live++;
      }
    }

    /// It starts over, which for this test is another reader.
    @Override
    public void rolledBack(TopicName which) {
      assertThat(world.losing).as("%s: nothing was rolled back", seeded).isTrue();
      world.rolledBack++;
      leave();
    }

    void check() {
      if (gone && world.losing) {
        return;
      }
      List<String> all =
          LongStream.rangeClosed(from.offset() + 1, world.log.head(topic))
              .mapToObj(offset -> digits(world.log.position(topic, offset)))
              .toList();
      assertThat(seen)
          .as("%s, %s, live %s, %s", seeded, topic, live, node.cluster.counts())
          .isEqualTo(gone ? all.subList(0, Math.min(seen.size(), all.size())) : all);
    }
  }

  @Test
  void everySubscriberOnEveryNodeSeesEachEntryOnceInOrder() {
    run(false, 1_000);
  }

  /// Whoever has seen what is lost is told so, and nobody sees anything of another log.
  @Test
  void everySubscriberOnEveryNodeLearnsThatTheDatabaseHasLostItsEnd() {
    run(true, 1_000);
  }

  @Test
  @Tag("long")
  void everySubscriberLearnsThatTheDatabaseHasLostItsEndInThousandsOfRuns() {
    run(true, 8_000);
  }

  private void run(boolean losing, int rounds) {
    Map<String, Long> sums = new HashMap<>();
    for (int round = 0; round < rounds; round++) {
      seeded = base.plus(round);
      random = seeded.random();
      World world = new World(losing);
      for (int step = 0; step < 800; step++) {
        world.step();
      }
      world.finish();
      sums.merge("live", world.live, Long::sum);
      sums.merge("rolled back", world.rolledBack, Long::sum);
      for (World.Node node : world.nodes) {
        Cluster.Counts counts = node.cluster.counts();
        sums.merge("filled", counts.filled(), Long::sum);
        sums.merge("holes", counts.holes(), Long::sum);
        assertThat(counts.heldBytes()).as("%s", seeded).isZero();
      }
    }
    assertThat(sums.get("filled")).isPositive();
    assertThat(sums.get("holes")).isPositive();
    assertThat(sums.get("live")).isPositive();
    if (losing) {
      assertThat(sums.get("rolled back")).isPositive();
    }
  }
}
