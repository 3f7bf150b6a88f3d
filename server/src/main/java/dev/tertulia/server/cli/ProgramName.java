package dev.tertulia.server.cli;

/// The command by which this program is run, in texts for people: `./tertulia` in a copy of the
/// project, as the texts are written, and `tertulia` where it is installed.
final class ProgramName {
  private static final String WRITTEN = "./tertulia";
  private static final String NAME = System.getProperty("tertulia.program", WRITTEN);

  private ProgramName() {}

  /// A text with the command as the reader would type it.
  static String in(String text) {
    return in(text, NAME);
  }

  static String in(String text, String name) {
    return text.replace(WRITTEN, name);
  }
}
