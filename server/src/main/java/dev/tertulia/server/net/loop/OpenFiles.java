package dev.tertulia.server.net.loop;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The open-file limit of this process, which also limits its sockets.
public final class OpenFiles {
  private static final Path LIMITS = Path.of("/proc/self/limits");
  private static final Path OPEN = Path.of("/proc/self/fd");
  private static final String LINE = "Max open files";

  private OpenFiles() {}

  /// The limit, as set by `ulimit -n`; a very large number if it is unknown.
  public static long limit() {
    try {
      // Much faster than the management beans, for which a start would wait.
      return limit(Files.readAllLines(LIMITS));
    } catch (IOException notLinux) {
      return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
          ? unix.getMaxFileDescriptorCount()
          : Integer.MAX_VALUE;
    }
  }

  /// The number of files that this process has open; 0 if unknown.
  public static int open() {
    String[] open = OPEN.toFile().list();
    return open == null ? 0 : open.length;
  }

  /// @param lines the contents of `/proc/self/limits`
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
