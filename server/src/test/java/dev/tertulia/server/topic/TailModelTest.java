package dev.tertulia.server.topic;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.Entry;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.storage.CommitListener.Blanked;
import dev.tertulia.server.storage.read.Tail;
import dev.tertulia.server.testing.Seeded;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Any sequence of operations on a tail: a reader at any moment, even during a change, sees nothing
/// of a topic, or everything up to the end.
final class TailModelTest {
  private static final ClientId ANA = new ClientId("ana");
  private static final int ROOMS = 3;
  private static final int ROUNDS = 100;
  private static final int STEPS = 150;

  /// Thrown from the midst of a change, as an error of the JVM is.
  private static final class Broken extends Error {
    private static final long serialVersionUID = 1L;
  }

  /// One world: logs, and a tail that is told of what is committed.
  private static final class World {
    private final Seeded seeded;
    private final RandomGenerator random;
    private final Tail tail;
    private final List<Room> rooms = new ArrayList<>();
    private boolean loose;

    World(Seeded seeded) {
      this.seeded = seeded;
      random = seeded.random();
      tail = WatchedTail.of(random.nextInt(8_000, 400_000), this::look);
      for (int i = 0; i < ROOMS; i++) {
        rooms.add(new Room(TopicName.room(new RoomName("room-" + i))));
      }
    }

    void step() {
      Room room = rooms.get(random.nextInt(ROOMS));
      switch (random.nextInt(14)) {
        case 0, 1, 2, 3, 4, 5 -> commit();
        case 6, 7 -> beginLoading(room);
        case 8, 9, 10 -> finishLoading(room);
        case 11 -> trim(room);
        case 12 -> {
          if (random.nextInt(4) == 0) {
            // Somebody else has changed the log, as an import does.
            tail.forgotten(room.topic);
          }
        }
        default -> {
          if (random.nextInt(4) == 0) {
            breakDown();
          }
        }
      }
      look();
    }

    private void commit() {
      List<Publication> batch = new ArrayList<>();
      List<Blanked> replacements = new ArrayList<>();
      for (int i = random.nextInt(1, 40); i > 0; i--) {
        rooms.get(random.nextInt(ROOMS)).commit(random, batch, replacements);
      }
      tail.committed(1, 1, batch, replacements);
      rooms.forEach(Room::told);
    }

    /// A commit that the tail is told of and breaks down at. It is handed over all the same.
    private void breakDown() {
      List<Publication> batch = new ArrayList<>();
      List<Blanked> replacements = new ArrayList<>();
      for (int i = random.nextInt(1, 40); i > 0; i--) {
        rooms.get(random.nextInt(ROOMS)).commit(random, batch, replacements);
      }
      loose = true;
      try {
        if (random.nextBoolean()) {
          tail.committed(1, 1, breaking(batch), replacements);
        } else {
          tail.committed(1, 1, batch, breaking(replacements));
        }
      } catch (Broken expected) {
        // Whoever has told it goes on.
      }
      loose = false;
      rooms.forEach(Room::told);
    }

    private <T> List<T> breaking(List<T> all) {
      int end = random.nextInt(all.size() + 1);
      return new AbstractList<>() {
        @Override
        public T get(int index) {
          if (index == end) {
            throw new Broken();
          }
          return all.get(index);
        }

        @Override
        public int size() {
          return all.size() + 1;
        }
      };
    }

    private void beginLoading(Room room) {
      for (int misses = 0; misses < 3 && room.loading == null; misses++) {
        room.loading = tail.beginLoading(room.topic);
      }
    }

    private void finishLoading(Room room) {
      Tail.Loading loading = room.loading;
      if (loading == null) {
        return;
      }
      if (room.read == null) {
        room.read = room.read(random.nextInt(1, 60));
        return;
      }
      if (random.nextInt(8) > 0) {
        loading.finish(room.read.before, room.read.whole, room.read.entries);
      }
      loading.close();
      room.loading = null;
      room.read = null;
    }

    private void trim(Room room) {
      if (room.head() > room.floor) {
        room.floor += random.nextLong(1, room.head() - room.floor + 1);
        tail.trimmed(room.topic, position(room.floor));
        room.toldFloor = room.floor;
      }
    }

    /// As a loop that reads at this very moment.
    private void look() {
      for (Room room : rooms) {
        look(room, "the newest", tail.newest(room.topic, random.nextInt(1, 80), 1 << 20), -1);
        long after = random.nextLong(room.head() + 2);
        Position from = after == 0 ? Position.START : position(after);
        look(room, "what is after " + after, tail.since(room.topic, from, 1_000, 1 << 20), after);
      }
    }

    private void look(Room room, String what, Log.@Nullable Page page, long after) {
      if (page == null) {
        return;
      }
      check(
          page.head() >= room.toldHead, "it ends no earlier than what was told", what, room, page);
      check(page.head() <= room.head() && !page.more(), "it ends where it says", what, room, page);
      check(after < 0 || after >= room.toldFloor, "it begins where the log does", what, room, page);
      long at = after < 0 ? room.beforeNewest(page) : after;
      for (Publication entry : page.entries()) {
        // Deletions are no part of the newest messages, which show what they deleted as deleted.
        at = after < 0 ? room.nextMessage(at) : at + 1;
        check(entry.head() == at, "nothing is missing", what, room, page);
        boolean gone = entry.entry() instanceof Entry.Chat chat && chat.deleted();
        boolean knows = !loose && room.deletions.getOrDefault(at, Long.MAX_VALUE) <= page.head();
        check(
            gone || !(room.toldBlank.contains(at) || knows),
            "what was deleted is gone",
            what,
            room,
            page);
      }
      long left = after < 0 ? room.nextMessage(at) : at + 1;
      check(left > page.head(), "it has all up to its end", what, room, page);
    }

    private void check(boolean holds, String promise, String what, Room room, Log.Page page) {
      if (!holds) {
        throw new AssertionError(
            "%s: not so: %s, in %s of %s, told up to %s: %s"
                .formatted(seeded, promise, what, room.topic, room.toldHead, page));
      }
    }
  }

  /// What is read of a log in one moment.
  private record Read(Position before, boolean whole, List<Publication> entries) {}

  /// One log, and what the tail and the loops were told of it.
  private static final class Room {
    private final TopicName topic;
    private final List<Publication> log = new ArrayList<>();

    /// By the offset of what was deleted, the offset of the deletion.
    private final Map<Long, Long> deletions = new HashMap<>();

    private final Set<Long> toldBlank = new HashSet<>();
    private long floor;
    private long toldHead;
    private long toldFloor;
    private Tail.@Nullable Loading loading;
    private @Nullable Read read;

    Room(TopicName topic) {
      this.topic = topic;
    }

    long head() {
      return log.size();
    }

    void commit(RandomGenerator random, List<Publication> batch, List<Blanked> replacements) {
      long offset = head() + 1;
      long target = random.nextLong(offset);
      if (random.nextInt(4) == 0
          && target > floor
          && nextMessage(target - 1) == target
          && !deletions.containsKey(target)) {
        Entry.Chat blank = new Entry.Chat(ANA, "Ana", "", null, null, true);
        log.set((int) target - 1, kept(target, blank));
        replacements.add(new Blanked(topic, target, blank));
        deletions.put(target, offset);
        add(kept(offset, new Entry.Deletion(ANA, target)), batch);
      } else {
        add(kept(offset, new Entry.Chat(ANA, "Ana", "x".repeat(random.nextInt(300)))), batch);
      }
    }

    private void add(Publication entry, List<Publication> batch) {
      log.add(entry);
      batch.add(entry);
    }

    private Publication kept(long offset, Entry.Kept entry) {
      return Publication.kept(topic, position(offset), offset, "id", entry);
    }

    /// The offset right before the first of the newest messages.
    long beforeNewest(Log.Page page) {
      return (page.entries().isEmpty() ? page.head() + 1 : page.entries().getFirst().head()) - 1;
    }

    /// The offset of the first message after `offset`, or past the end.
    long nextMessage(long offset) {
      long next = offset + 1;
      while (next <= head() && !(log.get((int) next - 1).entry() instanceof Entry.Chat)) {
        next++;
      }
      return next;
    }

    void told() {
      toldHead = head();
      toldBlank.addAll(deletions.keySet());
    }

    Read read(int most) {
      long begin = Math.max(floor, head() - most);
      Position before = begin == 0 ? Position.START : position(begin);
      return new Read(before, begin == floor, List.copyOf(log.subList((int) begin, log.size())));
    }
  }

  private static Position position(long offset) {
    return new Position(offset % 100 < 50 ? 5 : 9, offset);
  }

  @Test
  void aReaderAlwaysSeesNothingOrEverythingUpToTheEnd() {
    Seeded seeded = Seeded.print();
    for (int round = 0; round < ROUNDS; round++) {
      World world = new World(seeded);
      for (int step = 0; step < STEPS; step++) {
        world.step();
      }
    }
  }
}
