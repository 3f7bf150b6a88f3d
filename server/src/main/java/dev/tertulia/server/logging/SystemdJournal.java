package dev.tertulia.server.logging;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Finds out whether the systemd journal reads what this process writes.
final class SystemdJournal {
  /// The variable in which systemd names the socket of the journal, as `DEVICE:INODE`.
  static final String VARIABLE = "JOURNAL_STREAM";

  static final Path STANDARD_OUTPUT = Path.of("/proc/self/fd/1");
  static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

  private SystemdJournal() {}

  /// Whether `stream` is the socket that the environment names. The variable alone does not say so:
  /// it is passed on to processes whose output has been redirected.
  static boolean reads(Path stream, Map<String, String> environment) {
    String named = environment.get(VARIABLE);
    if (named == null) {
      return false;
    }
    try {
      Map<String, Object> is = Files.readAttributes(stream, "unix:dev,ino");
      return named.equals(is.get("dev") + ":" + is.get("ino"));
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return false;
    }
  }
}
