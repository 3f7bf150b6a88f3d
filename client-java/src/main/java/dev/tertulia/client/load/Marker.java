package dev.tertulia.client.load;

import java.nio.ByteBuffer;

/// A marker that identifies a message when it comes back, anywhere in a frame: `~`, three letters
/// for the run, four for the connection that sent it, and sixteen digits for the time when it was
/// due, in nanoseconds since the beginning of the run.
///
/// None of its characters is one that JSON, a URL or markup would write otherwise. Another run's
/// markers are not found. Buffers must be in little-endian order.
final class Marker {
  /// In bytes.
  static final int LENGTH = 24;

  private static final int DUE = 8;
  private static final int HALF = 8;
  private static final long HALF_UNIT = 100_000_000;
  private static final int RADIX = 36;

  private static final long EACH_BYTE = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final long TILDES = '~' * EACH_BYTE;

  /// `~` and the run's letters, as they lie in memory.
  private final int head;

  /// @param run any number; two runs at one server should have different ones
  Marker(int run) {
    this.head = '~' | (letters(run, 3) << 8);
  }

  /// So many letters that stand for `number`, the first in the lowest byte.
  private static int letters(int number, int count) {
    int letters = 0;
    int rest = number & Integer.MAX_VALUE;
    for (int i = 0; i < count; i++) {
      letters |= Character.forDigit(rest % RADIX, RADIX) << (8 * i);
      rest /= RADIX;
    }
    return letters;
  }

  /// Writes the marker of a message of connection `sender` that is due at `due`.
  void put(ByteBuffer out, int sender, long due) {
    out.putInt(head);
    out.putInt(letters(sender, 4));
    putHalf(out, due / HALF_UNIT);
    putHalf(out, due % HALF_UNIT);
  }

  private static void putHalf(ByteBuffer out, long number) {
    int start = out.position();
    long rest = number;
    for (int i = HALF - 1; i >= 0; i--) {
      out.put(start + i, (byte) ('0' + rest % 10));
      rest /= 10;
    }
    out.position(start + HALF);
  }

  /// Where the next marker begins between `from` and `to`, or -1. It looks at eight bytes at a
  /// time, and needs no care at the end, since a marker is longer than that.
  int find(ByteBuffer in, int from, int to) {
    int last = to - LENGTH;
    int at = from;
    while (at <= last) {
      long different = in.getLong(at) ^ TILDES;
      long found = (different - EACH_BYTE) & ~different & HIGH_BITS;
      if (found == 0) {
        at += Long.BYTES;
        continue;
      }
      at += Long.numberOfTrailingZeros(found) >> 3;
      if (at <= last && in.getInt(at) == head && isTime(in, at)) {
        return at;
      }
      at++;
    }
    return -1;
  }

  private static boolean isTime(ByteBuffer in, int at) {
    return areDigits(in.getLong(at + DUE)) && areDigits(in.getLong(at + DUE + HALF));
  }

  private static boolean areDigits(long bytes) {
    return (((bytes + 0x4646464646464646L) | (bytes - 0x3030303030303030L)) & HIGH_BITS) == 0;
  }

  /// When the message was due whose marker begins at `at`.
  static long due(ByteBuffer in, int at) {
    return number(in.getLong(at + DUE)) * HALF_UNIT + number(in.getLong(at + DUE + HALF));
  }

  /// The number that eight digits are: neighbours are joined to pairs, pairs to fours, fours to
  /// eight.
  private static long number(long digits) {
    long ones = digits & 0x0f0f0f0f0f0f0f0fL;
    long pairs = (ones * 10 + (ones >>> 8)) & 0x00ff00ff00ff00ffL;
    long fours = (pairs * 100 + (pairs >>> 16)) & 0x0000ffff0000ffffL;
    return (fours * 10_000 + (fours >>> 32)) & 0xffffffffL;
  }

  /// What [#isFrom] compares with, for messages of connection `sender`.
  static int name(int sender) {
    return letters(sender, 4);
  }

  /// Whether the marker that begins at `at` names the connection of this [#name].
  static boolean isFrom(ByteBuffer in, int at, int name) {
    return in.getInt(at + 4) == name;
  }
}
