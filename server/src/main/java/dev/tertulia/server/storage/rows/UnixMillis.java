package dev.tertulia.server.storage.rows;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Times of columns that may be empty.
public final class UnixMillis {
  private UnixMillis() {}

  /// A time for a column.
  public static @Nullable Long of(@Nullable Instant time) {
    return time == null ? null : Long.valueOf(time.toEpochMilli());
  }

  /// The time of a column.
  public static @Nullable Instant instant(@Nullable Long millis) {
    return millis == null ? null : Instant.ofEpochMilli(millis);
  }
}
