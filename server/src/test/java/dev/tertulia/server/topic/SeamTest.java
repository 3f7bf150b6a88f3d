package dev.tertulia.server.topic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.protocol.ClientId;
import dev.tertulia.server.protocol.Entry;
import dev.tertulia.server.protocol.RoomName;
import dev.tertulia.server.testing.ManualLoop;
import dev.tertulia.server.testing.Seeded;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.util.Locale;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The seam between what a subscriber reads from the log and what it is delivered, against a log
/// that is a list: everybody sees each entry once, in order, none missing.
final class SeamTest {
  private static final TopicName ROOM = TopicName.room(RoomName.LOBBY);

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

  /// One world: a log, its writer, and two loops with those who read it.
  private final class World {
    private final Fanout fanout = new Fanout(List.of(DIGITS));
    private final List<ManualLoop> loops = List.of(new ManualLoop(0), new ManualLoop(1));
    private final List<LoopTopics> topics = new ArrayList<>();
    private final List<Long> log = new ArrayList<>();
    private final ArrayDeque<Publication> committed = new ArrayDeque<>();
    private final List<Reader> readers = new ArrayList<>();

    World() {
      for (ManualLoop loop : loops) {
        topics.add(loop.topicsOf(fanout));
      }
    }

    void step() {
      switch (random.nextInt(8)) {
        case 0, 1 -> commit();
        case 2 -> publish(random.nextInt(1, 4));
        case 3 -> loops.get(random.nextInt(2)).turn();
        case 4 -> loops.get(random.nextInt(2)).step();
        case 5 -> {
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

    void commit() {
      long head = log.isEmpty() ? 0 : log.getLast();
      Entry.Typing typing = new Entry.Typing(new ClientId("ana"), "Ana");
      if (random.nextInt(4) == 0) {
        committed.add(new Publication(ROOM, null, head, 0, "", typing, null));
      } else {
        long offset = head + random.nextInt(1, 3);
        log.add(offset);
        Entry.Chat chat = new Entry.Chat(new ClientId("ana"), "Ana", "");
        committed.add(Publication.kept(ROOM, new Position(1, offset), 0, "", chat));
      }
    }

    void publish(int most) {
      List<Publication> batch = new ArrayList<>();
      while (batch.size() < most && !committed.isEmpty()) {
        batch.add(committed.remove());
      }
      fanout.publish(batch);
    }

    void finish() {
      publish(Integer.MAX_VALUE);
      loops.forEach(ManualLoop::turn);
      readers.forEach(Reader::finish);
      commit();
      publish(Integer.MAX_VALUE);
      loops.forEach(ManualLoop::turn);
    }
  }

  /// Reads from where it comes, and then listens.
  private final class Reader implements Subscriber {
    private final World world;
    private final LoopTopics topics;
    private final Subscription subscription;
    private final long from;
    private final List<Long> seen = new ArrayList<>();
    private @Nullable List<Long> page;
    private long at;
    private boolean live;
    private boolean gone;

    Reader(World world, int loop) {
      this.world = world;
      topics = world.topics.get(loop);
      from = world.log.isEmpty() ? 0 : world.log.get(random.nextInt(world.log.size()));
      at = from;
      subscription = topics.watch(ROOM, DIGITS, this);
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
        page = world.log.stream().filter(offset -> offset > at).toList();
      } else {
        take(page, random.nextInt(1, 5));
      }
    }

    /// A page that was read a while ago.
    private void take(List<Long> read, int size) {
      boolean more = read.size() > size;
      seen.addAll(read.subList(0, Math.min(size, read.size())));
      at = seen.isEmpty() ? from : seen.getLast();
      page = null;
      live = !more && topics.activate(subscription, at);
    }

    void finish() {
      while (!live && !gone) {
        page = world.log.stream().filter(offset -> offset > at).toList();
        take(page, Integer.MAX_VALUE);
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
      List<Long> all = world.log.stream().filter(offset -> offset > from).toList();
      List<Long> expected = gone ? all.subList(0, Math.min(seen.size(), all.size())) : all;
      assertThat(seen).as("%s", seeded).isEqualTo(expected);
    }
  }

  @Test
  void everybodySeesEachEntryOnceInOrderAndNoneIsMissing() {
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
