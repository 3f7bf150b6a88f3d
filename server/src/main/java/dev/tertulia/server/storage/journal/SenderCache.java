package dev.tertulia.server.storage.journal;

import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.rows.ParticipantRow;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Caches which clients have sent to which rooms, so that not every message queries the database.
/// At most [#BOUND] are cached; the oldest is dropped first, and queried again when needed. Owned
/// by the writer.
public final class SenderCache {
  static final int BOUND = 65_536;

  private record Sender(String client, long topic) {}

  private final Set<Sender> noted = new LinkedHashSet<>();

  /// The row of a client in a room that doesn't say yet that it has sent there, and from now on is
  /// taken to say so; `null` if it says so.
  @Nullable ParticipantRow unnoted(LogTables tables, String client, long topic)
      throws SQLException {
    Sender sender = new Sender(client, topic);
    if (noted.contains(sender)) {
      return null;
    }
    ParticipantRow row = tables.participant(client, topic);
    if (noted.size() >= BOUND) {
      Iterator<Sender> eldest = noted.iterator();
      eldest.next();
      eldest.remove();
    }
    noted.add(sender);
    if (row == null) {
      return new ParticipantRow(client, topic, false, false, 0);
    }
    return row.sent() ? null : row;
  }

  /// Forgets all: a transaction that noted some was given up.
  public void clear() {
    noted.clear();
  }
}
