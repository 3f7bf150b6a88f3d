package dev.tertulia.server.topic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.storage.read.Tail;
import dev.tertulia.server.testing.ManualLoop;
import dev.tertulia.server.testing.Seeded;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The seam between what a subscriber reads from the log, or from the [Tail] in front of it, and
/// what is delivered, checked against a log that is a list: every subscriber sees each entry once,
/// in order, with none missing. Readers of memory also read during every change.
final class SeamTest {
  private static final TopicName ROOM = TopicName.room(RoomName.LOBBY);
  private static final ClientId ANA = new ClientId("ana");

  private final Seeded seeded = Seeded.print();
  private final RandomGenerator random = seeded.random();

  /// Puts each offset into five digits, and a signal into `s` and the four of its head.
  private static final WireFormat DIGITS =
      new PublicationFormat(0) {
        @Override
        public ByteBuf encode(Publication publication) {
          boolean kept = publication.position() != null;
          String text = String.format(Locale.ROOT, kept ? "%05d" : "s%04d", publication.head());
          return ByteBufUtil.writeUtf8(ByteBufAllocator.DEFAULT, text);
        }
      };

  /// One world: a log, its writer, what memory holds of it, and two loops with those who read it.
  private final class World {
    private final Fanout fanout = new Fanout(List.of(DIGITS));
    private final List<ManualLoop> loops = List.of(new ManualLoop(0), new ManualLoop(1));
    private final List<LoopTopics> topics = new ArrayList<>();
    private final List<Publication> log = new ArrayList<>();

    /// What is committed, and what memory has been told of that: neither is handed over yet.
    private final ArrayDeque<Publication> committed = new ArrayDeque<>();

    private final ArrayDeque<Publication> told = new ArrayDeque<>();

    private final List<Reader> readers = new ArrayList<>();
    private final Tail tail = WatchedTail.of(random.nextInt(4_000, 200_000), this::others);
    private Tail.@Nullable Loading loading;
    private @Nullable List<Publication> loaded;

    /// Only those who are there already read.
    private boolean ending;

    World() {
      for (ManualLoop loop : loops) {
        topics.add(loop.topicsOf(fanout));
      }
      if (random.nextBoolean()) {
        // It has been restarted: what is there is not in memory.
        for (int i = random.nextInt(60); i > 0; i--) {
          commit();
        }
        committed.clear();
      }
    }

    void step() {
      switch (random.nextInt(12)) {
        case 0, 1 -> commit();
        case 2 -> tell(random.nextInt(1, 4));
        case 3 -> publish(random.nextInt(1, 4));
        case 4, 5 -> load();
        case 6 -> change();
        default -> other();
      }
    }

    /// What goes on beside the journal and those who load, also in the midst of what they change.
    private void others() {
      for (int i = ending ? 0 : random.nextInt(4); i > 0; i--) {
        other();
      }
    }

    private void other() {
      switch (random.nextInt(6)) {
        case 0 -> loops.get(random.nextInt(2)).turn();
        case 1 -> loops.get(random.nextInt(2)).step();
        case 2 -> {
          if (readers.size() < 12) {
            readers.add(new Reader(this, random.nextInt(2)));
          }
        }
        default -> {
          if (!readers.isEmpty()) {
            readers.get(random.nextInt(readers.size())).step();
          }
        }
      }
    }

    long head() {
      return log.size();
    }

    void commit() {
      Entry.Typing typing = new Entry.Typing(ANA, "Ana");
      if (random.nextInt(4) == 0) {
        committed.add(new Publication(ROOM, null, head(), 0, "", typing, null));
      } else {
        Entry.Chat chat = new Entry.Chat(ANA, "Ana", "x".repeat(random.nextInt(100)));
        log.add(Publication.kept(ROOM, position(head() + 1), 0, "", chat));
        committed.add(log.getLast());
      }
    }

    private void tell(int most) {
      List<Publication> batch = new ArrayList<>();
      while (batch.size() < most && !committed.isEmpty()) {
        batch.add(committed.remove());
      }
      tail.committed(1, 1, batch, List.of());
      told.addAll(batch);
    }

    private void publish(int most) {
      List<Publication> batch = new ArrayList<>();
      while (batch.size() < most && !told.isEmpty()) {
        batch.add(told.remove());
      }
      fanout.publish(batch);
    }

    private void load() {
      if (loading == null) {
        loading = tail.beginLoading(ROOM);
      } else if (loaded == null) {
        int begin = (int) Math.max(0, head() - random.nextInt(1, 200));
        loaded = List.copyOf(log.subList(begin, log.size()));
      } else {
        long begin = loaded.isEmpty() ? 0 : loaded.getFirst().head() - 1;
        loading.finish(position(begin), begin == 0, loaded);
        loading.close();
        loading = null;
        loaded = null;
      }
    }

    private void change() {
      switch (random.nextInt(8)) {
        case 0 -> tail.forgotten(ROOM);
        case 1 -> {
          // Whoever reads the list does not notice, which is as well: memory must.
          if (log.size() > committed.size() + 20) {
            tail.trimmed(ROOM, position(random.nextLong(1, 10)));
          }
        }
        default -> {
          // Nothing changes but by commits.
        }
      }
    }

    /// What comes after `after`, as whoever resumes reads it.
    Log.Page since(long after, int entries) {
      Log.Page page = tail.since(ROOM, position(after), entries, 1 << 20);
      if (page != null && random.nextInt(4) > 0) {
        return page;
      }
      int end = (int) Math.min(head(), after + entries);
      return new Log.Page(log.subList((int) after, end), position(end), head());
    }

    /// Up to where the newest are, as whoever joins reads it.
    long newest(int entries) {
      Log.Page page = tail.newest(ROOM, entries, 1 << 20);
      return page == null ? head() : page.end().offset();
    }

    void finish() {
      ending = true;
      tell(Integer.MAX_VALUE);
      publish(Integer.MAX_VALUE);
      loops.forEach(ManualLoop::turn);
      readers.forEach(Reader::finish);
      commit();
      tell(Integer.MAX_VALUE);
      publish(Integer.MAX_VALUE);
      loops.forEach(ManualLoop::turn);
    }
  }

  private static Position position(long offset) {
    return offset == 0 ? Position.START : new Position(1, offset);
  }

  /// Reads from where it comes, and then listens.
  private final class Reader implements Subscriber {
    private final World world;
    private final LoopTopics topics;
    private final Subscription subscription;
    private final long from;
    private final List<Long> seen = new ArrayList<>();
    private Log.@Nullable Page page;
    private long at;
    private boolean live;
    private boolean gone;

    Reader(World world, int loop) {
      this.world = world;
      topics = world.topics.get(loop);
      subscription = topics.watch(ROOM, DIGITS, this);
      if (random.nextBoolean()) {
        from = random.nextLong(world.head() + 1);
      } else {
        from = world.newest(random.nextInt(1, 50));
        live = topics.activate(subscription, from);
      }
      at = from;
    }

    void step() {
      if (gone) {
        return;
      }
      if (random.nextInt(30) == 0) {
        topics.unsubscribe(subscription);
        gone = true;
      } else if (live) {
        return;
      } else if (page == null) {
        page = world.since(at, random.nextInt(1, 60));
      } else {
        take(page);
      }
    }

    /// A page that was read a while ago.
    private void take(Log.Page read) {
      read.entries().forEach(entry -> seen.add(entry.head()));
      at = read.end().offset();
      page = null;
      live = !read.more() && topics.activate(subscription, at);
    }

    void finish() {
      while (!live && !gone) {
        take(page == null ? world.since(at, Integer.MAX_VALUE) : page);
      }
    }

    @Override
    public void deliver(ByteBuf frames, int start) {
      assertThat(live && !gone).as("%s: delivered out of season", seeded).isTrue();
      String text = frames.toString(StandardCharsets.UTF_8).substring(start);
      for (int i = 0; i < text.length(); i += 5) {
        if (text.charAt(i) == 's') {
          long head = Long.parseLong(text.substring(i + 1, i + 5));
          long last = seen.isEmpty() ? from : seen.getLast();
          assertThat(last).as("%s: the entry before a signal", seeded).isGreaterThanOrEqualTo(head);
        } else {
          seen.add(Long.parseLong(text.substring(i, i + 5)));
        }
      }
    }

    void check() {
      List<Long> all = LongStream.rangeClosed(from + 1, world.head()).boxed().toList();
      List<Long> expected = gone ? all.subList(0, Math.min(seen.size(), all.size())) : all;
      assertThat(seen).as("%s", seeded).isEqualTo(expected);
    }
  }

  @Test
  void everySubscriberSeesEachEntryOnceInOrder() {
    for (int round = 0; round < 2_000; round++) {
      World world = new World();
      for (int step = 0; step < 150; step++) {
        world.step();
      }
      world.finish();
      world.readers.forEach(Reader::check);
      world.readers.forEach(reader -> reader.topics.unsubscribe(reader.subscription));
      assertThat(world.fanout.subscribedTopics()).isZero();
    }
  }
}
