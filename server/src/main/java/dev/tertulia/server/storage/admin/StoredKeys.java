package dev.tertulia.server.storage.admin;

import dev.tertulia.server.auth.key.ApiKey;
import dev.tertulia.server.storage.CorruptionException;
import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.DataFolderException;
import dev.tertulia.server.storage.DataFolderOperations;
import dev.tertulia.server.storage.StorageFault;
import dev.tertulia.server.storage.rows.ApiKeyRow;
import dev.tertulia.server.storage.rows.LogTables;
import dev.tertulia.server.storage.sqlite.SqliteDatabase;
import dev.tertulia.server.topic.LogException;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The API keys in a database that no server uses.
final class StoredKeys implements DataFolderOperations.Keys {
  private final String name;
  private final LogTables tables;
  private final Runnable release;

  /// @param name of the database, for people
  /// @param tables closed with this
  /// @param release what else is to be done then
  StoredKeys(String name, LogTables tables, Runnable release) {
    this.name = name;
    this.tables = tables;
    this.release = release;
  }

  /// Opens the keys of a folder, and holds the folder.
  ///
  /// @return `null` if another process has the folder
  static @Nullable StoredKeys open(Path path) {
    DataFolder folder = DataFolder.openUnlessServed(path);
    if (folder == null) {
      return null;
    }
    boolean opened = false;
    try {
      LogTables tables = new LogTables(SqliteDatabase.lasting(folder).connect());
      opened = true;
      return new StoredKeys(folder.database().toString(), tables, folder::close);
    } catch (SQLException e) {
      throw failed(folder.database().toString(), e);
    } finally {
      if (!opened) {
        folder.close();
      }
    }
  }

  @Override
  public List<ApiKey> all() {
    List<ApiKey> keys = new ArrayList<>();
    for (ApiKeyRow row : rows()) {
      keys.add(row.key());
    }
    keys.sort(Comparator.comparing(ApiKey::name));
    return keys;
  }

  private List<ApiKeyRow> rows() {
    List<ApiKeyRow> rows = new ArrayList<>();
    try (ResultSet result = tables.query(ApiKeyRow.TABLE.all(), in -> {})) {
      while (result.next()) {
        rows.add(ApiKeyRow.read(result, 1));
      }
      return rows;
    } catch (LogException e) {
      throw new CorruptionException(String.valueOf(e.getMessage()), e);
    } catch (SQLException e) {
      throw failed(name, e);
    }
  }

  private @Nullable ApiKeyRow find(String key) {
    for (ApiKeyRow row : rows()) {
      if (row.name().equals(key)) {
        return row;
      }
    }
    return null;
  }

  @Override
  public boolean add(ApiKey key) {
    if (find(key.name()) != null) {
      return false;
    }
    try {
      tables.put(ApiKeyRow.of(key));
      tables.connection().commit();
      return true;
    } catch (SQLException e) {
      throw failed(name, e);
    }
  }

  @Override
  public boolean remove(String key) {
    ApiKeyRow row = find(key);
    if (row == null) {
      return false;
    }
    try {
      tables.remove(ApiKeyRow.TABLE, row.id());
      tables.connection().commit();
      return true;
    } catch (SQLException e) {
      throw failed(name, e);
    }
  }

  static DataFolderException failed(String name, SQLException e) {
    StorageFault fault = StorageFault.of(e);
    return new DataFolderException(
        "nothing was changed: cannot use the database %s: %s (%s). To fix this, %s"
            .formatted(name, fault.words(), e.getMessage(), fault.remedy()),
        e);
  }

  @Override
  public void close() {
    try {
      tables.close();
    } catch (SQLException e) {
      throw failed(name, e);
    } finally {
      release.run();
    }
  }
}
