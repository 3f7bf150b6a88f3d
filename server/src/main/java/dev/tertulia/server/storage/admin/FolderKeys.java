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

/// The API keys in the database of a folder that no server uses.
final class FolderKeys implements DataFolderOperations.Keys {
  private final DataFolder folder;
  private final LogTables tables;

  private FolderKeys(DataFolder folder, LogTables tables) {
    this.folder = folder;
    this.tables = tables;
  }

  /// Opens the keys of a folder, and holds the folder.
  ///
  /// @return `null` if another process has the folder
  static @Nullable FolderKeys open(Path path) {
    DataFolder folder = DataFolder.openUnlessServed(path);
    if (folder == null) {
      return null;
    }
    boolean opened = false;
    try {
      LogTables tables = new LogTables(SqliteDatabase.lasting(folder).connect());
      opened = true;
      return new FolderKeys(folder, tables);
    } catch (SQLException e) {
      throw failed(folder, e);
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
      throw failed(folder, e);
    }
  }

  private @Nullable ApiKeyRow find(String name) {
    for (ApiKeyRow row : rows()) {
      if (row.name().equals(name)) {
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
      throw failed(folder, e);
    }
  }

  @Override
  public boolean remove(String name) {
    ApiKeyRow row = find(name);
    if (row == null) {
      return false;
    }
    try {
      tables.remove(ApiKeyRow.TABLE, row.id());
      tables.connection().commit();
      return true;
    } catch (SQLException e) {
      throw failed(folder, e);
    }
  }

  private static DataFolderException failed(DataFolder folder, SQLException e) {
    StorageFault fault = StorageFault.of(e);
    return new DataFolderException(
        "nothing was changed: cannot use the database %s: %s (%s). To fix this, %s"
            .formatted(folder.database(), fault.words(), e.getMessage(), fault.remedy()),
        e);
  }

  @Override
  public void close() {
    try {
      tables.close();
    } catch (SQLException e) {
      throw failed(folder, e);
    } finally {
      folder.close();
    }
  }
}
