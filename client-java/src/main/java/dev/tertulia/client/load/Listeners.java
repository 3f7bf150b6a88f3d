package dev.tertulia.client.load;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/// Finds the processes of this machine that listen on a port, in `/proc`. Processes of other users
/// are not visible there, and are not found.
final class Listeners {
  private static final String LISTENING = "0A";

  private Listeners() {}

  static List<Long> on(Path proc, int port) {
    Set<String> sockets = new HashSet<>();
    for (String table : List.of("net/tcp", "net/tcp6")) {
      try {
        for (String line : Files.readAllLines(proc.resolve(table))) {
          String[] fields = line.strip().split("\\s+", -1);
          if (fields.length > 9
              && fields[3].equals(LISTENING)
              && fields[1].endsWith(String.format(Locale.ROOT, ":%04X", port))) {
            sockets.add("socket:[" + fields[9] + "]");
          }
        }
      } catch (IOException _) {
        // No such table here.
      }
    }
    return sockets.isEmpty() ? List.of() : holders(proc, sockets);
  }

  private static List<Long> holders(Path proc, Set<String> sockets) {
    Set<Long> pids = new TreeSet<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path process : processes) {
        if (holds(process, sockets)) {
          pids.add(Long.parseLong(process.getFileName().toString()));
        }
      }
    } catch (IOException _) {
      // No /proc here.
    }
    return List.copyOf(pids);
  }

  private static boolean holds(Path process, Set<String> sockets) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path file : files) {
        if (Files.isSymbolicLink(file)
            && sockets.contains(Files.readSymbolicLink(file).toString())) {
          return true;
        }
      }
    } catch (IOException _) {
      // Somebody else's, or it has ended.
    }
    return false;
  }
}
