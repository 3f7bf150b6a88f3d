package dev.tertulia.server.auth;

import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.model.RoomName;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Who is a member of which room: the most recent answers of the database, positive and negative.
/// Safe for any thread.
///
/// Every answer carries the version of the lists from which it was read. A change makes a new
/// version, so what was read before is not used any more, and a look-up that is under way is done
/// again.
public final class Memberships {
  /// The maximum number of known answers. Beyond it, an older one is forgotten, and read again when
  /// it is needed.
  static final int MAX_KNOWN = 1 << 16;

  /// Where an answer may stand, by the hash of room and client.
  private static final int WAYS = 4;

  /// The number of versions. Lists whose hashes are equal in these bits share one.
  private static final int VERSIONS = 1 << 10;

  private final BiPredicate<RoomName, ClientId> source;
  private final Function<ClientId, Executor> readers;
  private final AtomicReferenceArray<@Nullable Answer> known =
      new AtomicReferenceArray<>(MAX_KNOWN);
  private final AtomicIntegerArray versions = new AtomicIntegerArray(VERSIONS);

  private record Answer(RoomName room, ClientId client, Boolean member, int version) {
    boolean isOf(RoomName otherRoom, ClientId otherClient) {
      return room.equals(otherRoom) && client.equals(otherClient);
    }
  }

  /// @param source reads whether a client is a member of a room; may block, and may throw a
  ///   `LogException`
  /// @param readers the threads on which that runs for a client, in its turn; the executor throws a
  ///   [RejectedExecutionException] if too much waits
  public Memberships(BiPredicate<RoomName, ClientId> source, Function<ClientId, Executor> readers) {
    this.source = source;
    this.readers = readers;
  }

  /// Whether `client` is a member of `room`, if that is known. Never blocks, and allocates nothing.
  ///
  /// @return `null` if it must be looked up
  @Nullable Boolean known(RoomName room, ClientId client) {
    int hash = hash(room, client);
    int first = slot(hash);
    for (int way = 0; way < WAYS; way++) {
      Answer answer = known.get(first + way);
      if (answer != null && answer.isOf(room, client)) {
        return answer.version == versions.get(version(hash)) ? answer.member : null;
      }
    }
    return null;
  }

  /// Looks up whether `client` is a member of `room`, on a reader thread.
  public CompletionStage<Boolean> lookUp(RoomName room, ClientId client) {
    CompletableFuture<Boolean> found = new CompletableFuture<>();
    try {
      readers
          .apply(client)
          .execute(() -> {
            try {
              found.complete(read(room, client));
            } catch (Throwable failure) {
              found.completeExceptionally(failure);
            }
          });
    } catch (RejectedExecutionException tooMuch) {
      found.completeExceptionally(tooMuch);
    }
    return found;
  }

  /// Reads until the list has not changed meanwhile.
  private Boolean read(RoomName room, ClientId client) {
    int hash = hash(room, client);
    while (true) {
      int before = versions.get(version(hash));
      Boolean member = source.test(room, client);
      if (versions.get(version(hash)) == before) {
        put(hash, new Answer(room, client, member, before));
        return member;
      }
    }
  }

  /// A list has changed, and the change is committed. Changes of one list are reported in their
  /// order.
  ///
  /// A decision made before may be on its way to a loop: a client that was removed must be expelled
  /// from all its connections afterwards.
  public void changed(RoomName room, ClientId client, boolean member) {
    int hash = hash(room, client);
    int version = versions.incrementAndGet(version(hash));
    put(hash, new Answer(room, client, member, version));
  }

  /// Lists have changed, and it is not known which.
  public void changed() {
    for (int i = 0; i < VERSIONS; i++) {
      versions.incrementAndGet(i);
    }
  }

  /// Two threads may put answers into the same place: then one is forgotten.
  private void put(int hash, Answer answer) {
    int first = slot(hash);
    int victim = (hash >>> 16) % WAYS;
    for (int way = WAYS - 1; way >= 0; way--) {
      Answer old = known.get(first + way);
      if (old == null || !isCurrent(old)) {
        victim = way;
      }
    }
    for (int way = 0; way < WAYS; way++) {
      Answer old = known.get(first + way);
      if (old != null && old.isOf(answer.room, answer.client)) {
        victim = way;
      }
    }
    known.set(first + victim, answer);
  }

  private boolean isCurrent(Answer answer) {
    return answer.version == versions.get(version(hash(answer.room, answer.client)));
  }

  private static int hash(RoomName room, ClientId client) {
    int hash = 31 * room.value().hashCode() + client.value().hashCode();
    hash *= 0x9E3779B9;
    return hash ^ (hash >>> 15);
  }

  private static int slot(int hash) {
    return (hash & (MAX_KNOWN / WAYS - 1)) * WAYS;
  }

  private static int version(int hash) {
    return hash & (VERSIONS - 1);
  }
}
