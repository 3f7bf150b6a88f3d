package dev.tertulia.server.net.websocket;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Validates UTF-8 (RFC 3629) in pieces.
///
/// The state between two pieces is one `int`: [#START] between characters, [#BAD] permanently after
/// an invalid byte, and otherwise the number of continuation bytes still to come with the bounds of
/// the next one (which exclude overlong forms, surrogates, and code points above U+10FFFF).
final class Utf8 {
  static final int START = 0;
  static final int BAD = -1;

  private static final long NON_ASCII = 0x8080808080808080L;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private Utf8() {}

  /// Whether the bytes are complete and valid UTF-8.
  static boolean isValid(byte[] bytes, int offset, int length) {
    return check(START, bytes, offset, length) == START;
  }

  /// The state after the bytes, starting from `state`.
  static int check(int state, byte[] bytes, int offset, int length) {
    int end = offset + length;
    for (int i = offset; i < end && state != BAD; ) {
      if (state == START && i + Long.BYTES <= end && (wordAt(bytes, i) & NON_ASCII) == 0) {
        i += Long.BYTES;
      } else {
        state = next(state, bytes[i] & 0xff);
        i++;
      }
    }
    return state;
  }

  private static long wordAt(byte[] bytes, int index) {
    return (long) LONGS.get(bytes, index);
  }

  private static int next(int state, int b) {
    if (state != START) {
      int low = state & 0xff;
      int high = state >> 8 & 0xff;
      int left = (state >> 16) - 1;
      if (b < low || b > high) {
        return BAD;
      }
      return left == 0 ? START : expect(left, 0x80, 0xbf);
    }
    if (b < 0x80) {
      return START;
    }
    if (b >= 0xc2 && b <= 0xdf) {
      return expect(1, 0x80, 0xbf);
    }
    if (b >= 0xe0 && b <= 0xef) {
      return expect(2, b == 0xe0 ? 0xa0 : 0x80, b == 0xed ? 0x9f : 0xbf);
    }
    if (b >= 0xf0 && b <= 0xf4) {
      return expect(3, b == 0xf0 ? 0x90 : 0x80, b == 0xf4 ? 0x8f : 0xbf);
    }
    return BAD;
  }

  private static int expect(int left, int low, int high) {
    return left << 16 | high << 8 | low;
  }
}
