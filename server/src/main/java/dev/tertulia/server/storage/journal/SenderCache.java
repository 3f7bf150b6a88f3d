package dev.tertulia.server.storage.journal;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/// Caches which clients have sent to which rooms, so that not every message queries the database.
/// At most [#BOUND] are cached; the oldest is dropped first, and queried again when needed. Owned
/// by the writer.
public final class SenderCache {
  static final int BOUND = 65_536;

  private record Sender(String client, long topic) {}

  private final Set<Sender> noted = new LinkedHashSet<>();

  /// Whether the database says that a client has sent to a room.
  boolean isNoted(String client, long topic) {
    return noted.contains(new Sender(client, topic));
  }

  /// The database says so now.
  void note(String client, long topic) {
    if (noted.size() >= BOUND) {
      Iterator<Sender> eldest = noted.iterator();
      eldest.next();
      eldest.remove();
    }
    noted.add(new Sender(client, topic));
  }

  /// Forgets all: a transaction that noted some was given up.
  public void clear() {
    noted.clear();
  }
}
