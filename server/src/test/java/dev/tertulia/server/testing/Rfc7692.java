package dev.tertulia.server.testing;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/// Compression of messages as a client does it that keeps no context, by `java.util.zip` alone.
public final class Rfc7692 {
  /// The first byte of a compressed text message in one frame.
  public static final int TEXT = 0xC1;

  /// The first byte of one in several frames.
  public static final int TEXT_BEGINS = 0x41;

  /// The first byte of a compressed binary message in one frame.
  public static final int BINARY = 0xC2;

  /// The first byte of one in several frames.
  public static final int BINARY_BEGINS = 0x42;

  private static final byte[] TAIL = {0, 0, -1, -1};

  private Rfc7692() {}

  /// What a client would offer.
  public static String offer(String extensions) {
    return "Sec-WebSocket-Extensions: " + extensions + "\r\n";
  }

  /// The payload of a message.
  public static byte[] compress(byte[] message) {
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    deflater.setInput(message);
    byte[] flushed = drain(deflater, Deflater.SYNC_FLUSH);
    deflater.end();
    return Arrays.copyOf(flushed, flushed.length - TAIL.length);
  }

  /// The message as a block that says that it is the last.
  public static byte[] compressAsFinal(byte[] message) {
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    deflater.setInput(message);
    deflater.finish();
    byte[] all = drain(deflater, Deflater.NO_FLUSH);
    deflater.end();
    return all;
  }

  /// The message of a payload.
  public static byte[] decompress(byte[] payload) {
    Inflater inflater = new Inflater(true);
    byte[] in = Arrays.copyOf(payload, payload.length + TAIL.length);
    System.arraycopy(TAIL, 0, in, payload.length, TAIL.length);
    inflater.setInput(in);
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    byte[] some = new byte[8192];
    try {
      for (int got = inflater.inflate(some); got > 0; got = inflater.inflate(some)) {
        message.write(some, 0, got);
      }
    } catch (DataFormatException e) {
      throw new AssertionError("no compressed message", e);
    } finally {
      inflater.end();
    }
    return message.toByteArray();
  }

  private static byte[] drain(Deflater deflater, int flush) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] some = new byte[8192];
    int got;
    do {
      got = deflater.deflate(some, 0, some.length, flush);
      all.write(some, 0, got);
    } while (got == some.length);
    return all.toByteArray();
  }
}
