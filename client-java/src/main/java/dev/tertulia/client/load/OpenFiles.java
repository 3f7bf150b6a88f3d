package dev.tertulia.client.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How many files, and so connections, this process may have open.
final class OpenFiles {
  private static final Path LIMITS = Path.of("/proc/self/limits");
  private static final Pattern SOFT = Pattern.compile("Max open files\\s+(\\d+)");

  /// What the program itself has open, generously.
  private static final int OWN = 100;

  private OpenFiles() {}

  /// @throws CannotRunException if the system would not let so many be opened, as far as it tells
  static void require(int connections) {
    long limit = limit();
    if (connections + OWN > limit) {
      throw new CannotRunException(
          "%d connections need more open files than the %d that are allowed; raise that first: ulimit -n %d"
              .formatted(connections, limit, connections + OWN));
    }
  }

  private static long limit() {
    try {
      Matcher soft = SOFT.matcher(Files.readString(LIMITS));
      return soft.find() ? Long.parseLong(soft.group(1)) : Long.MAX_VALUE;
    } catch (IOException _) {
      return Long.MAX_VALUE;
    }
  }
}
