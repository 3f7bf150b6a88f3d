package dev.tertulia.server.net;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The limit of the files, and so of the sockets, that this process may have open.
public final class OpenFiles {
  private static final Path LIMITS = Path.of("/proc/self/limits");
  private static final Path OPEN = Path.of("/proc/self/fd");
  private static final String LINE = "Max open files";

  private OpenFiles() {}

  /// The limit, as `ulimit -n` sets it; a very large number if it is not known.
  public static long limit() {
    try {
      // Quicker by far than the management beans, which a start would wait for.
      return limit(Files.readAllLines(LIMITS));
    } catch (IOException notLinux) {
      return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
          ? unix.getMaxFileDescriptorCount()
          : Integer.MAX_VALUE;
    }
  }

  /// How many files this process has open now; 0 if that is not known.
  public static int open() {
    String[] open = OPEN.toFile().list();
    return open == null ? 0 : open.length;
  }

  /// @param lines what Linux tells of a process's limits
  static long limit(List<String> lines) {
    for (String line : lines) {
      if (line.startsWith(LINE)) {
        String soft = line.substring(LINE.length()).strip().split(" ", 2)[0];
        return soft.equals("unlimited") ? Integer.MAX_VALUE : Long.parseLong(soft);
      }
    }
    return Integer.MAX_VALUE;
  }
}
