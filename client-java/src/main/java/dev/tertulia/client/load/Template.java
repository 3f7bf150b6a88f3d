package dev.tertulia.client.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A text with gaps: `#` is replaced by the number of the connection and, in a message, `@` by the
/// marker. Doubled, each stands for itself. Immutable; filled without allocation.
public final class Template {
  private enum Gap {
    NUMBER,
    MARKER
  }

  /// The text before each gap, and after the last.
  private final byte[][] pieces;

  private final Gap[] gaps;
  private final int fixed;
  private final int numbers;
  private final int markers;

  private Template(List<byte[]> pieces, List<Gap> gaps) {
    this.pieces = pieces.toArray(byte[][]::new);
    this.gaps = gaps.toArray(Gap[]::new);
    this.fixed = pieces.stream().mapToInt(piece -> piece.length).sum();
    this.markers = (int) gaps.stream().filter(gap -> gap == Gap.MARKER).count();
    this.numbers = gaps.size() - markers;
  }

  /// A text in which only `#` is a gap.
  public static Template of(String text) {
    return parse(text, "#");
  }

  /// A text in which `#` and `@` are gaps.
  public static Template ofMessage(String text) {
    return parse(text, "#@");
  }

  private static Template parse(String text, String signs) {
    List<byte[]> pieces = new ArrayList<>();
    List<Gap> gaps = new ArrayList<>();
    StringBuilder piece = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (signs.indexOf(c) < 0) {
        piece.append(c);
      } else if (i + 1 < text.length() && text.charAt(i + 1) == c) {
        piece.append(c);
        i++;
      } else {
        pieces.add(piece.toString().getBytes(StandardCharsets.UTF_8));
        gaps.add(c == '#' ? Gap.NUMBER : Gap.MARKER);
        piece.setLength(0);
      }
    }
    pieces.add(piece.toString().getBytes(StandardCharsets.UTF_8));
    return new Template(pieces, gaps);
  }

  /// Whether a marker has a place in it.
  public boolean hasMarker() {
    return markers > 0;
  }

  /// How many bytes it has when filled for `number`, each marker followed by `pad` more.
  int length(int number, int pad) {
    return fixed + numbers * digits(number) + markers * (Marker.LENGTH + pad);
  }

  /// Writes it, filled, to `out`, which has room for it. For a text without markers.
  void fill(ByteBuffer out, int number) {
    for (int i = 0; i < gaps.length; i++) {
      out.put(pieces[i]);
      putNumber(out, number);
    }
    out.put(pieces[gaps.length]);
  }

  /// Writes it, filled, to `out`, which has room for it.
  ///
  /// @param due what the markers hold
  /// @param pad how many bytes follow each marker
  void fill(ByteBuffer out, int number, Marker marker, long due, int pad) {
    for (int i = 0; i < gaps.length; i++) {
      out.put(pieces[i]);
      switch (gaps[i]) {
        case NUMBER -> putNumber(out, number);
        case MARKER -> {
          marker.put(out, number, due);
          for (int x = 0; x < pad; x++) {
            out.put((byte) 'x');
          }
        }
      }
    }
    out.put(pieces[gaps.length]);
  }

  private static int digits(int number) {
    int digits = 1;
    for (int rest = number / 10; rest > 0; rest /= 10) {
      digits++;
    }
    return digits;
  }

  private static void putNumber(ByteBuffer out, int number) {
    int end = out.position() + digits(number);
    int rest = number;
    for (int at = end - 1; at >= out.position(); at--) {
      out.put(at, (byte) ('0' + rest % 10));
      rest /= 10;
    }
    out.position(end);
  }
}
