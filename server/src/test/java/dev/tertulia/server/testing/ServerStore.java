package dev.tertulia.server.testing;

import dev.tertulia.server.config.Setting;
import dev.tertulia.server.model.PostgresAddress;
import dev.tertulia.server.storage.postgres.PostgresDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/// Where a [TestServer] stores its log. Tests of what is promised to clients, which have the tag
/// [#PROTOCOL], are run over each: a second time with the property [#PROPERTY].
public enum ServerStore {
  SQLITE {
    @Override
    Map<Setting, String> settings(String folder) {
      return Map.of();
    }

    @Override
    void remove(String folder) {}
  },

  /// For each folder a database of its own in the one PostgreSQL of all tests.
  POSTGRES {
    @Override
    Map<Setting, String> settings(String folder) {
      return Map.of(
          Setting.DATABASE,
          Databases.OF_FOLDERS.computeIfAbsent(
              folder, _ -> Postgres.shared().copyOf(Databases.EMPTY)));
    }

    @Override
    void remove(String folder) {
      String url = Databases.OF_FOLDERS.remove(folder);
      if (url != null) {
        Postgres.requireSound(url);
        Postgres.shared().drop(url);
      }
    }
  },

  /// Three nodes with such a database and a Redis.
  CLUSTER {
    @Override
    Map<Setting, String> settings(String folder) {
      Map<Setting, String> settings = new EnumMap<>(POSTGRES.settings(folder));
      settings.put(
          Setting.REDIS,
          Databases.REDIS_OF_FOLDERS
              .computeIfAbsent(folder, _ -> OwnRedis.start())
              .redis
              .address());
      return settings;
    }

    @Override
    int nodes() {
      return 3;
    }

    @Override
    void remove(String folder) {
      POSTGRES.remove(folder);
      OwnRedis redis = Databases.REDIS_OF_FOLDERS.remove(folder);
      if (redis != null) {
        redis.remove();
      }
    }
  };

  /// The tag of tests that know nothing of where the log is.
  public static final String PROTOCOL = "protocol";

  /// The tag of those of them that rely on what only SQLite does: that the log is in the folder,
  /// and that rooms of the kind `memory` are empty after a start.
  public static final String ONLY_SQLITE = "only-sqlite";

  /// The store of all servers that tests start without saying which: `sqlite`, `postgres` or
  /// `cluster`.
  static final String PROPERTY = "test.store";

  /// What a server in `folder` is to be set to: the same for the same folder, so that one that is
  /// started there again finds what it has stored.
  abstract Map<Setting, String> settings(String folder);

  /// How many nodes a server has.
  int nodes() {
    return 1;
  }

  /// Removes what a server in `folder` has stored outside of it.
  abstract void remove(String folder);

  /// That of this run of tests.
  static ServerStore ofThisRun() {
    return valueOf(System.getProperty(PROPERTY, "sqlite").toUpperCase(Locale.ROOT));
  }

  /// A Redis in a folder of its own.
  private record OwnRedis(Redis redis, Path folder) {
    static OwnRedis start() {
      try {
        Path folder = Files.createTempDirectory("tertulia-redis");
        return new OwnRedis(new Redis(folder), folder);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void remove() {
      redis.close();
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static final class Databases {
    static final Map<String, OwnRedis> REDIS_OF_FOLDERS = new ConcurrentHashMap<>();

    static {
      // Those of folders that a test keeps for itself.
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> REDIS_OF_FOLDERS.values().forEach(OwnRedis::remove), "end-of-redis"));
    }

    /// The addresses of those in use.
    static final Map<String, String> OF_FOLDERS = new ConcurrentHashMap<>();

    /// One with tables and nothing in them, of which each server gets a copy. Created when it is
    /// first needed.
    static final String EMPTY = Postgres.shared().newDatabase();

    static {
      PostgresAddress address = PostgresAddress.of(EMPTY, null);
      PostgresDatabase.open(address).close();
      PostgresDatabase.passing(address).close();
    }
  }
}
