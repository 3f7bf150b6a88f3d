package dev.tertulia.server.storage.admin;

import dev.tertulia.server.json.JsonText;
import dev.tertulia.server.storage.rows.BadLineException;
import dev.tertulia.server.storage.rows.ExportLine;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// Reads lines of bytes of bounded length. For one thread.
public final class LineInput {
  /// The longest line, in bytes: above what the longest entry takes however it is escaped.
  public static final int LONGEST = JsonText.MAX_TEXT_BYTES;

  private final InputStream in;
  private final byte[] buffer = new byte[1 << 16];
  private int position;
  private int limit;
  private byte[] line = new byte[1 << 12];
  private int length;
  private long number;
  private long bytes;

  LineInput(InputStream in) {
    this.in = in;
  }

  /// Goes to the next line.
  ///
  /// @return `false` if there is none
  /// @throws BadLineException if it is longer than [#LONGEST]
  boolean next() throws IOException, BadLineException {
    length = 0;
    boolean any = false;
    number++;
    while (position < limit || fill()) {
      any = true;
      int end = position;
      while (end < limit && buffer[end] != '\n') {
        end++;
      }
      add(end - position);
      position = end;
      if (position < limit) {
        position++;
        return true;
      }
    }
    return any;
  }

  private boolean fill() throws IOException {
    position = 0;
    limit = Math.max(0, in.read(buffer));
    bytes += limit;
    return limit > 0;
  }

  private void add(int count) throws BadLineException {
    if (length + count > LONGEST) {
      throw new BadLineException("it is longer than a line of an export can be");
    }
    if (length + count > line.length) {
      line = Arrays.copyOf(line, Math.max(length + count, 2 * line.length));
    }
    System.arraycopy(buffer, position, line, length, count);
    length += count;
  }

  ExportLine parse() throws BadLineException {
    return ExportLine.parse(line, length);
  }

  boolean isBlank() {
    for (int i = 0; i < length; i++) {
      if (line[i] > ' ') {
        return false;
      }
    }
    return true;
  }

  /// The line's number, from 1.
  long number() {
    return number;
  }

  /// How many bytes were read in all.
  long bytes() {
    return bytes;
  }
}
