package dev.tertulia.server.storage.read;

import dev.tertulia.server.chat.RoomLog;
import dev.tertulia.server.model.RoomName;
import dev.tertulia.server.notification.InboxLog;
import dev.tertulia.server.storage.Durability;
import dev.tertulia.server.storage.sql.ReadDatabase;
import dev.tertulia.server.storage.sql.ReadSource;
import dev.tertulia.server.storage.sql.Readers;
import dev.tertulia.server.topic.Log;
import dev.tertulia.server.topic.LogException;
import dev.tertulia.server.topic.Seam;
import dev.tertulia.server.topic.SharedLog;
import dev.tertulia.server.topic.TopicName;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The read side of the databases of a server. Created after the journals, whose opening creates
/// the tables.
public final class ReadStores implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(ReadStores.class);

  /// Whose turn among the readings the counting is.
  private static final String COUNTING = "counting";

  private final Readers readers;
  private final ReadDatabase durable;

  /// `null` if there is nothing in it.
  private final @Nullable ReadDatabase memory;

  private final Log log;
  private final RoomLog rooms;
  private final InboxLog inboxes;

  /// @param durable the database of what lasts; closed with this, as the next
  /// @param memory the one of topics that are kept until the next start; `null` for none
  /// @param readers on whose threads all is read; closed before this is
  /// @param tail what the journals tell of their commits
  /// @param keeping what is kept of a topic, as the `RoutingJournal` have it
  /// @param forMembers which rooms are for those on their list alone
  /// @param meters count the reads of the log
  /// @param seam is asked before a page is read from which live delivery may begin
  public ReadStores(
      ReadSource durable,
      @Nullable ReadSource memory,
      Readers readers,
      Tail tail,
      Function<TopicName, Durability> keeping,
      Predicate<RoomName> forMembers,
      ReadMeters meters,
      Seam seam) {
    this.readers = readers;
    this.durable = new ReadDatabase(readers, durable);
    this.memory = memory == null ? null : new ReadDatabase(readers, memory);
    Log durableLog = new SqlLog(this.durable, tail, meters, seam);
    Log memoryLog = this.memory == null ? durableLog : new SqlLog(this.memory, tail, meters, seam);
    log = new RoutingLog(topic -> pick(topic, keeping, durableLog, memoryLog));
    inboxes = new SqlInboxes(this.durable, seam);
    SqlRooms durableRooms = new SqlRooms(this.durable);
    SqlRooms memoryRooms = this.memory == null ? durableRooms : new SqlRooms(this.memory);
    rooms =
        new RoutingRooms(
            room -> pick(TopicName.room(room), keeping, durableRooms, memoryRooms),
            durableRooms,
            this.memory == null ? List.of(durableRooms) : List.of(durableRooms, memoryRooms),
            forMembers);
  }

  private static <T> @Nullable T pick(
      TopicName topic, Function<TopicName, Durability> keeping, T durable, T memory) {
    if (topic.kind() == TopicName.Kind.PRESENCE) {
      return null;
    }
    return switch (keeping.apply(topic)) {
      case DURABLE -> durable;
      case MEMORY -> memory;
      case SIGNAL -> null;
    };
  }

  /// Counts in the background what the durable database holds. Never waits.
  ///
  /// @param counted receives the count on the thread of a reader, or never if that fails
  public void countDurable(Consumer<HeldCount> counted) {
    count("the rooms and inboxes", durable, counted);
  }

  /// Counts in the background what the database of topics that are kept until the next start holds,
  /// as [#countDurable].
  public void countMemory(Consumer<HeldCount> counted) {
    if (memory != null) {
      count("the rooms and inboxes of what is not kept", memory, counted);
    }
  }

  private void count(String what, ReadDatabase database, Consumer<HeldCount> counted) {
    boolean submitted =
        readers.submit(
            COUNTING,
            true,
            () -> {
              try {
                counted.accept(database.read(what, HeldCount::of));
              } catch (LogException e) {
                logger.warn(
                    "{}. Metrics do not say how many there are until the first new one is created",
                    e.getMessage());
              }
            });
    if (!submitted) {
      logger.warn("{} are not counted for the metrics: too many reads are in progress", what);
    }
  }

  /// The log of all topics.
  public Log log() {
    return log;
  }

  /// All logs, as those of a database that several servers write.
  ///
  /// @param keeping what is kept of a topic
  public SharedLog shared(Function<TopicName, Durability> keeping) {
    SharedLog lasting = new SqlSharedLog(durable);
    return memory == null
        ? lasting
        : new RoutingSharedLog(
            lasting, new SqlSharedLog(memory), topic -> keeping.apply(topic) == Durability.DURABLE);
  }

  /// All rooms.
  public RoomLog rooms() {
    return rooms;
  }

  /// All inboxes.
  public InboxLog inboxes() {
    return inboxes;
  }

  /// Closes the connections, after the readers have been closed.
  @Override
  public void close() {
    durable.close();
    if (memory != null) {
      memory.close();
    }
  }
}
