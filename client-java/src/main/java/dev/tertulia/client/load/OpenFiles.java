package dev.tertulia.client.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The number of files, and so of connections, that this process may have open.
final class OpenFiles {
  private static final Pattern SOFT = Pattern.compile("Max open files\\s+(\\d+)");

  /// What the program itself has open, generously.
  private static final int OWN = 100;

  private OpenFiles() {}

  /// Looks whether so many connections can be opened.
  ///
  /// @param limits what the system says of this process, as in `/proc/self/limits`; if it is not
  ///   there, there is no limit that is known
  /// @throws CannotRunException if they can't
  static void require(int connections, Path limits) {
    long limit = limit(limits);
    if (connections + OWN > limit) {
      throw new CannotRunException(
          "%s connections exceed the open-file limit of %s; raise it first: ulimit -n %s"
              .formatted(connections, limit, connections + OWN));
    }
  }

  private static long limit(Path limits) {
    try {
      Matcher soft = SOFT.matcher(Files.readString(limits));
      return soft.find() ? Long.parseLong(soft.group(1)) : Long.MAX_VALUE;
    } catch (IOException _) {
      return Long.MAX_VALUE;
    }
  }
}
