package dev.tertulia.server.storage.rows;

import dev.tertulia.server.storage.sqlite.Columns;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// A CRC-32C over the columns of a row, because neither SQLite nor PostgreSQL detects a flipped
/// bit.
///
/// Each column is preceded by a byte for its type; numbers are eight bytes, and texts and blobs
/// follow their length, so that different rows have different bytes. For one thread.
final class Checksum implements Columns<RuntimeException> {
  private static final byte NOTHING = 0;
  private static final byte NUMBER = 1;
  private static final byte BYTES = 2;

  private final CRC32C crc = new CRC32C();
  private final ByteBuffer head = ByteBuffer.allocate(1 + Long.BYTES);

  /// @param table tells rows of different tables apart
  Checksum(char table) {
    crc.update(table);
  }

  @Override
  public void number(long value) {
    add(NUMBER, value);
  }

  @Override
  public void number(@Nullable Long value) {
    if (value == null) {
      crc.update(NOTHING);
    } else {
      add(NUMBER, value);
    }
  }

  @Override
  public void text(@Nullable String value) {
    if (value == null) {
      crc.update(NOTHING);
    } else {
      bytes(value.getBytes(StandardCharsets.UTF_8));
    }
  }

  @Override
  public void bytes(byte[] value) {
    add(BYTES, value.length);
    crc.update(value);
  }

  int value() {
    return (int) crc.getValue();
  }

  private void add(byte what, long number) {
    head.clear().put(what).putLong(number);
    crc.update(head.array(), 0, head.position());
  }
}
