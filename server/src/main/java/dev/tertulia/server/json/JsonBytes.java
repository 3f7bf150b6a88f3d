package dev.tertulia.server.json;

import java.io.OutputStream;
import java.util.Arrays;

/// The bytes that a generator has written. For one thread.
///
/// A generator has a buffer of its own, and passes it on when it is full or closed. An object of
/// usual size arrives in one piece, so it is copied once, into an array of its exact size.
final class JsonBytes extends OutputStream {
  private byte[] bytes = {};
  private int size;

  /// What was written, and nothing else: the array itself, unless it grew beyond that.
  byte[] bytes() {
    return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
  }

  @Override
  public void write(int value) {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] piece, int offset, int length) {
    if (size + length > bytes.length) {
      bytes = Arrays.copyOf(bytes, size + Math.max(length, size / 4));
    }
    System.arraycopy(piece, offset, bytes, size, length);
    size += length;
  }
}
