package dev.tertulia.server.engine;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// The sending end of a Unix datagram socket of Linux, which the JDK does not have. Safe for any
/// thread.
public final class DatagramSocket implements AutoCloseable {
  /// Values of Linux, the same on all its processors that a JDK 25 runs on.
  private static final int AF_UNIX = 1;

  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int MSG_NOSIGNAL = 0x4000;

  /// The size of the path of an address.
  private static final int MOST_PATH_BYTES = 108;

  private final MethodHandle sendTo;
  private final MethodHandle close;
  private final byte[] path;

  /// Guarded by this object; -1 when closed.
  private int descriptor;

  private DatagramSocket(int descriptor, MethodHandle sendTo, MethodHandle close, byte[] path) {
    this.descriptor = descriptor;
    this.sendTo = sendTo;
    this.close = close;
    this.path = path;
  }

  /// Opens a socket that sends to an address.
  ///
  /// @param address the absolute path of the other socket, or a name in the abstract namespace
  ///   after an `@`
  /// @throws IOException if the address is neither, or too long, or there are no such sockets here
  @SuppressWarnings("restricted") // Native access is granted to the whole program.
  public static DatagramSocket to(String address) throws IOException {
    if (!System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux")) {
      throw new IOException("not on this operating system");
    }
    byte[] path = address.getBytes(StandardCharsets.UTF_8);
    if (path.length < 2 || path.length >= MOST_PATH_BYTES || (path[0] != '/' && path[0] != '@')) {
      throw new IOException(
          "'%s' is neither an absolute path nor an abstract name of less than %s bytes"
              .formatted(address, MOST_PATH_BYTES));
    }
    try {
      Linker linker = Linker.nativeLinker();
      int descriptor =
          (int)
              linker
                  .downcallHandle(
                      linker.defaultLookup().findOrThrow("socket"),
                      FunctionDescriptor.of(
                          ValueLayout.JAVA_INT,
                          ValueLayout.JAVA_INT,
                          ValueLayout.JAVA_INT,
                          ValueLayout.JAVA_INT))
                  .invokeExact(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      if (descriptor < 0) {
        throw new IOException("cannot open a Unix datagram socket");
      }
      MethodHandle sendTo =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("sendto"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_INT,
                  ValueLayout.ADDRESS,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_INT,
                  ValueLayout.ADDRESS,
                  ValueLayout.JAVA_INT));
      MethodHandle close =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("close"),
              FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
      return new DatagramSocket(descriptor, sendTo, close, path);
    } catch (IOException e) {
      throw e;
    } catch (Throwable notHere) {
      throw new IOException("Unix datagram sockets are not available: " + notHere, notHere);
    }
  }

  /// Sends a datagram. Blocks while the queue of the receiver is full.
  ///
  /// @throws IOException if nobody receives it
  public synchronized void send(String text) throws IOException {
    if (descriptor < 0) {
      throw new IOException("the socket is closed");
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    long sent;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment message = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
      // The family, and the path: its end is a zero, except that of an abstract name, which begins
      // with one.
      MemorySegment to = arena.allocate(Short.BYTES + MOST_PATH_BYTES, Short.BYTES);
      to.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
      MemorySegment.copy(path, 0, to, ValueLayout.JAVA_BYTE, Short.BYTES, path.length);
      boolean isAbstract = path[0] == '@';
      if (isAbstract) {
        to.set(ValueLayout.JAVA_BYTE, Short.BYTES, (byte) 0);
      }
      int length = Short.BYTES + path.length + (isAbstract ? 0 : 1);
      sent =
          (long)
              sendTo.invokeExact(
                  descriptor, message, (long) bytes.length, MSG_NOSIGNAL, to, length);
    } catch (Throwable impossible) {
      throw new IllegalStateException(impossible);
    }
    if (sent != bytes.length) {
      throw new IOException("nobody receives datagrams at the address");
    }
  }

  @Override
  public synchronized void close() {
    if (descriptor >= 0) {
      try {
        int _ = (int) close.invokeExact(descriptor);
      } catch (Throwable impossible) {
        throw new IllegalStateException(impossible);
      } finally {
        descriptor = -1;
      }
    }
  }
}
