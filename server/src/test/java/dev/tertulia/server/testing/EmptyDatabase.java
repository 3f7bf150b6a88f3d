package dev.tertulia.server.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tertulia.server.storage.DataFolder;
import dev.tertulia.server.storage.sqlite.SqliteDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/// A database of SQLite as a server leaves it that ends between making the tables and writing
/// anything: a server that finds it need not start Flyway, which takes a tenth of all work of such
/// tests. It is made when it is first needed, once for each process of tests.
public final class EmptyDatabase {
  /// Made by the thread that asks first; the others wait for it.
  private static final class Holder {
    private static final byte[] BYTES = make();
  }

  private EmptyDatabase() {}

  /// Puts a copy into the folder of a server that has not been started yet.
  public static void putInto(Path folder) {
    try {
      Path file = Files.write(DataFolder.databaseIn(folder), Holder.BYTES);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] make() {
    try {
      Path folder = Files.createTempDirectory("tertulia-empty");
      byte[] bytes;
      try (DataFolder held = DataFolder.open(folder)) {
        bytes = Files.readAllBytes(SqliteDatabase.lasting(held).file());
      }
      List<Path> files;
      try (Stream<Path> found = Files.list(folder)) {
        files = found.toList();
      }
      assertThat(files).as("all is in one file").noneMatch(file -> file.toString().endsWith("wal"));
      for (Path file : files) {
        Files.delete(file);
      }
      Files.delete(folder);
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
