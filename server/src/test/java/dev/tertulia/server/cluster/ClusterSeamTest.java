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
import org.junit.jupiter.api.Test;

/// Several nodes on one log, with a wire that loses, doubles, delays and reorders, in virtual time:
/// every subscriber, on whichever node, sees each entry of its topic once, in order, with none
/// missing, from where it begins to read.
final class ClusterSeamTest {
  private static final int NODES = 3;
  private static final List<TopicName> ROOMS =
      IntStream.range(0, 6).mapToObj(i -> TopicName.room(new RoomName("room" + i))).toList();
  private static final ClientId ANA = new ClientId("ana");

  private final Seeded seeded = Seeded.print();
  private final RandomGenerator random = seeded.random();

  /// Puts each offset into five digits.
  private static final WireFormat DIGITS =
      new WireFormat() {
        @Override
        public int index() {
          return 0;
        }

        @Override
        public ByteBuf encode(Publication publication) {
          return ByteBufUtil.writeUtf8(
              ByteBufAllocator.DEFAULT, String.format(Locale.ROOT, "%05d", publication.head()));
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

    World() {
      for (int i = 0; i < NODES; i++) {
        nodes.add(new Node(i));
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
      switch (random.nextInt(16)) {
        case 0, 1 -> node.commit();
        case 2, 3 -> node.tell();
        case 4 -> node.handOver();
        case 5, 6, 7 -> hub.step();
        case 8 -> now += TimeUnit.MICROSECONDS.toNanos(random.nextInt(30_000));
        case 9, 10 -> node.cluster.look();
        case 11 -> node.work();
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
      switch (random.nextInt(8)) {
        case 0 -> hub.toggle(random.nextInt(NODES));
        case 1 -> log.down = !log.down;
        case 2 -> now += TimeUnit.SECONDS.toNanos(random.nextInt(15));
        case 3 -> nodes.get(random.nextInt(NODES)).beginTerm();
        default -> {
          if (readers.size() < 12) {
            readers.add(new Reader(this, nodes.get(random.nextInt(NODES))));
          }
        }
      }
    }

    /// Everything goes on until nothing is left to do.
    void finish() {
      ending = true;
      log.down = false;
      hub.repair();
      for (int i = 0; i < 40; i++) {
        settle();
        readers.forEach(Reader::step);
      }
      // Nothing more needs to come for what has come to be noticed.
      readers.forEach(Reader::check);
      nodes.forEach(Node::commit);
      for (int i = 0; i < 20; i++) {
        settle();
      }
      readers.forEach(Reader::check);
    }

    private void settle() {
      now += TimeUnit.MILLISECONDS.toNanos(60);
      for (Node node : nodes) {
        do {
          node.tell();
          node.handOver();
        } while (!node.committed.isEmpty());
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

      Node(int number) {
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

      /// The writer has opened the database again, once nothing of it is in doubt.
      void beginTerm() {
        if (committed.isEmpty() && told.isEmpty()) {
          term = terms++;
          seq = 0;
          writer.begins(term);
        }
      }

      void commit() {
        if (log.down) {
          return;
        }
        List<Publication> entries = new ArrayList<>();
        Map<TopicName, Long> ends = new LinkedHashMap<>();
        for (int i = random.nextInt(1, 4); i > 0; i--) {
          TopicName room = ROOMS.get(random.nextInt(ROOMS.size()));
          long offset = log.head(room) + 1;
          Publication entry =
              Publication.kept(
                  room, new Position(term, offset), 0, "", new Entry.Chat(ANA, "Ana", "x"));
          log.add(entry);
          entries.add(entry);
          ends.put(room, offset);
        }
        seq++;
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
    private final long from;
    private final List<Long> seen = new ArrayList<>();
    private Log.@Nullable Page page;
    private boolean opened;
    private long at;
    private boolean live;
    private boolean gone;

    Reader(World world, World.Node node) {
      this.world = world;
      this.node = node;
      topics = node.topics.get(random.nextInt(2));
      subscription = topics.watch(topic, DIGITS, this);
      from = random.nextLong(world.log.head(topic) + 1);
      at = from;
    }

    void step() {
      if (gone || live) {
        if (!gone && !world.ending && random.nextInt(30) == 0) {
          topics.unsubscribe(subscription);
          gone = true;
        }
        return;
      }
      if (page != null) {
        take(page);
        return;
      }
      Position after = world.log.position(topic, at);
      int entries = world.ending ? 10_000 : random.nextInt(1, 60);
      if (random.nextBoolean() && node.cluster.isOpen(topic)) {
        page = node.tail.since(topic, after, entries, 1 << 20);
      } else if (!opened) {
        try {
          node.cluster.ensureOpen(List.of(topic));
          opened = true;
        } catch (LogException e) {
          assertThat(world.log.down).isTrue();
        }
      } else if (!world.log.down) {
        page = world.log.page(topic, after, entries);
        opened = false;
      }
    }

    private void take(Log.Page read) {
      read.entries().forEach(entry -> seen.add(entry.head()));
      at = read.end().offset();
      page = null;
      live = !read.more() && topics.activate(subscription, at);
    }

    @Override
    public void deliver(ByteBuf frames, int start) {
      assertThat(live && !gone).as("%s: delivered out of season", seeded).isTrue();
      String text = frames.toString(StandardCharsets.UTF_8).substring(start);
      for (int i = 0; i < text.length(); i += 5) {
        seen.add(Long.parseLong(text.substring(i, i + 5)));
      }
    }

    @Override
    public void rolledBack(TopicName which) {
      throw new AssertionError(seeded + ": nothing was rolled back");
    }

    void check() {
      List<Long> all = LongStream.rangeClosed(from + 1, world.log.head(topic)).boxed().toList();
      List<Long> expected = gone ? all.subList(0, Math.min(seen.size(), all.size())) : all;
      assertThat(seen)
          .as(
              "%s, %s, live %s, at %s, %s %s",
              seeded, topic, live, at, node.cluster.isOpen(topic), node.cluster.counts())
          .isEqualTo(expected);
    }
  }

  @Test
  void everySubscriberOnEveryNodeSeesEachEntryOnceInOrder() {
    Map<String, Long> sums = new HashMap<>();
    for (int round = 0; round < 500; round++) {
      World world = new World();
      for (int step = 0; step < 800; step++) {
        world.step();
      }
      world.finish();
      for (World.Node node : world.nodes) {
        Cluster.Counts counts = node.cluster.counts();
        sums.merge("filled", counts.filled(), Long::sum);
        sums.merge("holes", counts.holes(), Long::sum);
        assertThat(counts.heldBytes()).as("%s", seeded).isZero();
      }
    }
    assertThat(sums.get("filled")).isPositive();
    assertThat(sums.get("holes")).isPositive();
  }
}
