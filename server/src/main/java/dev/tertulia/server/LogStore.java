package dev.tertulia.server;

import dev.tertulia.server.chat.Rooms;
import dev.tertulia.server.engine.EngineGuard;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.model.ClientId;
import dev.tertulia.server.notification.Notifications;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.OnlineOperations;
import dev.tertulia.server.storage.Progress;
import dev.tertulia.server.storage.journal.SqlJournal;
import dev.tertulia.server.storage.sql.ReadSource;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Where the logs of a server are stored: files of its data folder, or a database server. There are
/// two, with tables of their own: what lasts, and what need not. Belongs to a [Storage], which
/// calls it from one thread.
interface LogStore {
  /// For people: what lasts is in it.
  String name();

  /// Which database has them, for people; `null` if it is in the data folder.
  default @Nullable String database() {
    return null;
  }

  /// Opens the journal of what lasts, and the tables; brings those of an earlier version up to
  /// date.
  ///
  /// @param progress receives how far that is, if it is needed
  /// @throws DataFolderException if that can't be opened and written
  SqlJournal openLasting(SqlJournal.Plan plan, Progress progress);

  /// Opens the journal of what need not last, as above.
  SqlJournal openPassing(SqlJournal.Plan plan);

  /// What reads what lasts, once its journal is open. Closed by its user.
  ReadSource lasting();

  /// What reads what need not last, likewise.
  ReadSource passing();

  /// Whether what reads may be closed now.
  boolean mayClose();

  /// What the operator can do with all that is stored. Closed after the journals.
  ///
  /// @param journals those that are open, the one of what lasts first
  /// @param erased told of a client that is being erased
  OnlineOperations operations(
      List<SqlJournal> journals, Consumer<ClientId> erased, EngineGuard guard);

  /// Which primary of the database is written to, by a number that is higher after each promotion
  /// of a standby; 0 if there is none, or it is not known. Any thread.
  default long timeline() {
    return 0;
  }

  /// Whether what is confirmed is on a standby of its server too: `awaited` or `none`; empty if
  /// there is no such server. Any thread.
  default String standby() {
    return "";
  }

  /// Begins to publish what applications have put into the database; by the functions in it.
  ///
  /// @return closed before the journals; `null` if there is nothing of that kind
  default @Nullable AutoCloseable publish(
      Rooms rooms, Notifications notifications, Meters meters, EngineGuard guard) {
    return null;
  }

  /// Adds what is measured of what is stored.
  ///
  /// @param hasPassing whether there is anything that need not last
  void addTo(Meters meters, boolean hasPassing);
}
