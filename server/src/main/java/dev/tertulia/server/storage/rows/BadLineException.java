package dev.tertulia.server.storage.rows;

/// Thrown for an invalid line of an export. The message gives the reason, in words that follow
/// *line 7:*.
public final class BadLineException extends Exception {
  private static final long serialVersionUID = 1L;

  public BadLineException(String message) {
    super(message);
  }

  /// Throws one if something is not so.
  public static void unless(boolean is, String why) throws BadLineException {
    if (!is) {
      throw new BadLineException(why);
    }
  }
}
