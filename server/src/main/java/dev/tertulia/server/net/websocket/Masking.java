package dev.tertulia.server.net.websocket;

import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The masking of RFC 6455, section 5.3: what a client sends is combined with four octets of its
/// choice, by exclusive or. Stateless; any thread may call it.
public final class Masking {
  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private Masking() {}

  /// Reads a whole payload from `in` and puts it into `out`, unmasked: eight bytes at a time, and
  /// what is left at the end one by one.
  ///
  /// @param offset where in `out` the payload begins
  /// @param length how many bytes it has; `in` has at least as many, and `out` behind `offset`
  /// @param mask the masking key, its first octet highest
  public static void unmask(ByteBuf in, byte[] out, int offset, int length, int mask) {
    in.readBytes(out, offset, length);
    long key = wordOf(mask);
    int end = offset + length;
    int i = offset;
    for (; i <= end - Long.BYTES; i += Long.BYTES) {
      WORD.set(out, i, (long) WORD.get(out, i) ^ key);
    }
    for (int shift = 24; i < end; i++, shift -= 8) {
      out[i] ^= (byte) (mask >> shift);
    }
  }

  /// The key twice, as eight bytes of a payload have it in this machine's order.
  private static long wordOf(int mask) {
    int inOrder =
        ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? mask : Integer.reverseBytes(mask);
    return ((long) inOrder << Integer.SIZE) | Integer.toUnsignedLong(inOrder);
  }
}
