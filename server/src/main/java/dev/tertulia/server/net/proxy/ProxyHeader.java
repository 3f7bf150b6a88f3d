package dev.tertulia.server.net.proxy;

import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/// Reads the header of the PROXY protocol, version 2, with which a trusted proxy begins a
/// connection.
///
/// Netty's decoder is not used: it takes version 1 as well, parses the TLVs, of which none is
/// needed here, at any nesting, and holds up to 64 KiB for it.
public final class ProxyHeader {
  /// The maximum length of addresses and TLVs, in bytes. Load balancers send some hundreds.
  static final int MAX_BYTES = 4096;

  private static final byte[] SIGNATURE = {
    0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a
  };
  private static final byte[] VERSION_1 = {'P', 'R', 'O', 'X', 'Y', ' '};
  private static final int FIXED_BYTES = 16;
  private static final int LENGTH_AT = 14;
  private static final int TCP_4 = 0x11;
  private static final int TCP_6 = 0x21;

  private ProxyHeader() {}

  /// The result of an attempt to read a header.
  public sealed interface Result {}

  /// The header has not arrived completely.
  public record Incomplete() implements Result {}

  /// The header was read, and skipped in the buffer.
  ///
  /// @param client the address of the client; `null` if the proxy speaks for itself, or does not
  ///   tell
  public record Read(@Nullable InetAddress client) implements Result {}

  /// There is no valid header.
  ///
  /// @param reason what is wrong
  public record Wrong(String reason) implements Result {}

  /// Reads the header at the reader index of `in`, and skips it if it is complete.
  public static Result read(ByteBuf in) {
    int from = in.readerIndex();
    int length = in.readableBytes();
    if (begins(in, VERSION_1)) {
      return length < VERSION_1.length
          ? new Incomplete()
          : new Wrong(
              "it uses version 1 of the PROXY protocol: configure the proxy to send version 2");
    }
    if (!begins(in, SIGNATURE)) {
      return new Wrong("it does not begin with a header of the PROXY protocol, version 2");
    }
    if (length < FIXED_BYTES) {
      return new Incomplete();
    }
    int versionAndCommand = in.getUnsignedByte(from + SIGNATURE.length);
    if (versionAndCommand >> 4 != 2) {
      return new Wrong("the version of its PROXY protocol header is neither 1 nor 2");
    }
    int more = in.getUnsignedShort(from + LENGTH_AT);
    if (more > MAX_BYTES) {
      return new Wrong("its PROXY protocol header is longer than " + MAX_BYTES + " bytes");
    }
    if (length < FIXED_BYTES + more) {
      return new Incomplete();
    }
    int family = in.getUnsignedByte(from + SIGNATURE.length + 1);
    Result result =
        switch (versionAndCommand & 0xf) {
          // The proxy itself, such as for a health check, whatever follows.
          case 0 -> new Read(null);
          case 1 -> client(in, from + FIXED_BYTES, family, more);
          default -> new Wrong("the command of its PROXY protocol header is unknown");
        };
    if (result instanceof Read) {
      in.skipBytes(FIXED_BYTES + more);
    }
    return result;
  }

  private static Result client(ByteBuf in, int at, int family, int length) {
    int bytes = family == TCP_4 ? 4 : family == TCP_6 ? 16 : 0;
    if (bytes == 0) {
      // A family that the server does not know, or a socket of a file: the receiver must accept it,
      // and use the addresses of the connection.
      return new Read(null);
    }
    if (length < 2 * bytes + 4) {
      return new Wrong("its PROXY protocol header is shorter than its addresses");
    }
    byte[] source = new byte[bytes];
    in.getBytes(at, source);
    try {
      return new Read(InetAddress.getByAddress(source));
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  /// Whether `in` begins with `expected`, or is the beginning of it.
  private static boolean begins(ByteBuf in, byte[] expected) {
    int length = Math.min(in.readableBytes(), expected.length);
    for (int i = 0; i < length; i++) {
      if (in.getByte(in.readerIndex() + i) != expected[i]) {
        return false;
      }
    }
    return true;
  }
}
