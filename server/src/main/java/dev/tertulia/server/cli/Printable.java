package dev.tertulia.server.cli;

/// Makes what others wrote fit for a terminal.
final class Printable {
  private Printable() {}

  /// `text` in one line, without what could drive a terminal or turn text around.
  static String line(String text) {
    StringBuilder line = new StringBuilder(text.length());
    text.codePoints()
        .forEach(c -> {
          if (c == '\n' || c == '\r' || c == '\t') {
            line.append(' ');
          } else if (Character.getType(c) == Character.CONTROL
              || (c >= 0x202a && c <= 0x202e)
              || (c >= 0x2066 && c <= 0x2069)) {
            line.append('\ufffd');
          } else {
            line.appendCodePoint(c);
          }
        });
    return line.toString();
  }
}
