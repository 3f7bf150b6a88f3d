package dev.tertulia.server.relay.postgres;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.tertulia.server.relay.RelayCodec;
import dev.tertulia.server.relay.RelayFormatException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// The texts that `NOTIFY` carries. Several frames share one bundle, and a bundle is cut into texts
/// of a bounded size, which are sent in one transaction: so they arrive together and in order, and
/// are put together again without waiting for anything.
///
/// # Format
///
/// A text is Base64 of: the sender's link (8 bytes), the number of the bundle (8), that of the part
/// from 0 (2), the number of parts (2), and the part. A bundle is frames, each preceded by its
/// length (4). As no two texts of a link are the same, PostgreSQL folds none together.
final class Payloads {
  /// The most characters of a text; PostgreSQL takes fewer than 8,000.
  static final int MOST_CHARS = 7_900;

  private static final int HEADER_BYTES = 2 * Long.BYTES + 2 * Short.BYTES;
  private static final int PART_BYTES = MOST_CHARS / 4 * 3 - HEADER_BYTES;

  /// The most that is put together: a frame of any size, and what shares its bundle.
  private static final int MOST_BUNDLE_BYTES = 2 * RelayCodec.MOST_BYTES;

  private Payloads() {}

  /// The texts of a bundle.
  static List<String> of(long link, long bundle, List<byte[]> frames) {
    int size = frames.stream().mapToInt(frame -> Integer.BYTES + frame.length).sum();
    ByteBuffer all = ByteBuffer.allocate(size);
    frames.forEach(frame -> all.putInt(frame.length).put(frame));
    all.flip();
    int parts = Math.max(1, Math.ceilDiv(size, PART_BYTES));
    List<String> texts = new ArrayList<>(parts);
    for (int part = 0; part < parts; part++) {
      byte[] bytes = new byte[Math.min(PART_BYTES, all.remaining())];
      all.get(bytes);
      texts.add(
          Base64.getEncoder()
              .encodeToString(
                  ByteBuffer.allocate(HEADER_BYTES + bytes.length)
                      .putLong(link)
                      .putLong(bundle)
                      .putShort((short) part)
                      .putShort((short) parts)
                      .put(bytes)
                      .array()));
    }
    return texts;
  }

  /// A text that was received.
  ///
  /// @param bytes of the part
  @SuppressWarnings("ArrayRecordComponent") // It is not compared.
  record Part(long link, long bundle, int number, int parts, byte[] bytes) {
    /// @throws RelayFormatException if it is not of this format
    static Part of(String text) throws RelayFormatException {
      ByteBuffer in;
      try {
        in = ByteBuffer.wrap(Base64.getDecoder().decode(text.getBytes(ISO_8859_1)));
      } catch (IllegalArgumentException e) {
        throw new RelayFormatException("not Base64");
      }
      if (in.remaining() < HEADER_BYTES) {
        throw new RelayFormatException("cut off");
      }
      long link = in.getLong();
      long bundle = in.getLong();
      int number = Short.toUnsignedInt(in.getShort());
      int parts = Short.toUnsignedInt(in.getShort());
      byte[] bytes = new byte[in.remaining()];
      in.get(bytes);
      return new Part(link, bundle, number, parts, bytes);
    }
  }

  /// Puts parts together. For one thread.
  static final class Assembler {
    private final ByteArrayOutputStream bundled = new ByteArrayOutputStream();
    private long link;
    private long bundle;
    private int next;

    /// Takes the next part.
    ///
    /// @return the frames of the bundle that it completes; none if it does not
    /// @throws RelayFormatException if it does not follow the one before, or what is complete is
    ///   not a bundle
    List<byte[]> add(Part part) throws RelayFormatException {
      if (part.number == 0) {
        bundled.reset();
        link = part.link;
        bundle = part.bundle;
      } else if (part.link != link || part.bundle != bundle || part.number != next) {
        throw new RelayFormatException("a part of something else");
      }
      next = part.number + 1;
      if (bundled.size() + part.bytes.length > MOST_BUNDLE_BYTES) {
        throw new RelayFormatException("longer than " + MOST_BUNDLE_BYTES + " bytes");
      }
      bundled.writeBytes(part.bytes);
      if (next < part.parts) {
        return List.of();
      }
      ByteBuffer in = ByteBuffer.wrap(bundled.toByteArray());
      bundled.reset();
      next = -1;
      List<byte[]> frames = new ArrayList<>();
      while (in.hasRemaining()) {
        int length = in.remaining() < Integer.BYTES ? -1 : in.getInt();
        if (length < 0 || length > in.remaining()) {
          throw new RelayFormatException("cut off");
        }
        byte[] frame = new byte[length];
        in.get(frame);
        frames.add(frame);
      }
      return frames;
    }
  }
}
