package dev.tertulia.server;

import dev.tertulia.server.metrics.Label;
import dev.tertulia.server.metrics.Meters;
import dev.tertulia.server.metrics.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/// What is measured of the files of a data folder.
final class StorageMeters {
  private static final Label DATABASE =
      new Label("database", 2, "`durable`, or `memory` for what is kept until the server stops");
  private static final Metric SIZE =
      Metric.gauge("tertulia_database_bytes", "The size of the file of a database", DATABASE);
  private static final Metric WAL =
      Metric.gauge(
          "tertulia_database_wal_bytes", "The size of the write-ahead log of a database", DATABASE);
  private static final Metric FREE =
      Metric.gauge("tertulia_disk_free_bytes", "What the file system of the data folder has left");
  private static final Metric WRITABLE =
      Metric.gauge(
          "tertulia_storage_ok",
          "1 if everything can be stored, 0 if not: `/health/ready` says why");

  private StorageMeters() {}

  static void addDatabase(Meters meters, String name, Path file) {
    meters.gauge(SIZE, () -> size(file), name);
    meters.gauge(WAL, () -> size(Path.of(file + "-wal")), name);
  }

  static void addFolder(Meters meters, Path folder, BooleanSupplier writable) {
    meters.gauge(FREE, () -> folder.toFile().getUsableSpace());
    meters.gauge(WRITABLE, () -> writable.getAsBoolean() ? 1 : 0);
  }

  /// The size of a file; 0 if there is none.
  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException missing) {
      return 0;
    }
  }
}
