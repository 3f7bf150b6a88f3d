package dev.tertulia.client.load;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The server's processes on this machine, as `/proc` shows them.
final class ServerProcesses {
  private static final long NANOS_A_TICK = 10_000_000;
  private static final int FIELDS_BEFORE_TIME = 11;

  private final Path proc;
  private final List<Long> pids;

  /// @throws CannotRunException if one of them is not there
  ServerProcesses(Path proc, List<Long> pids) {
    this.proc = proc;
    this.pids = pids;
    for (long pid : pids) {
      if (!Files.isDirectory(proc.resolve(pid + "/task"))) {
        throw new CannotRunException("no process %s in %s".formatted(pid, proc));
      }
    }
  }

  List<Long> pids() {
    return pids;
  }

  /// Time that they have spent on a processor.
  ///
  /// @param exact of the threads that are there now, in nanoseconds
  /// @param coarse of all that there ever were, in steps of a hundredth of a second
  record Time(long exact, long coarse) {
    /// Nanoseconds since `before`. What a thread did that has ended meanwhile is only in the coarse
    /// sum, so that counts where it is larger by more than its error.
    long since(Time before) {
      return Math.max(exact - before.exact, coarse - before.coarse - 2 * NANOS_A_TICK);
    }
  }

  Time time() {
    long exact = 0;
    long coarse = 0;
    for (long pid : pids) {
      Path process = proc.resolve(Long.toString(pid));
      try (DirectoryStream<Path> threads = Files.newDirectoryStream(process.resolve("task"))) {
        for (Path thread : threads) {
          exact += Long.parseLong(firstWord(thread.resolve("schedstat")));
        }
        coarse += ticks(process) * NANOS_A_TICK;
      } catch (IOException _) {
        // It has ended.
      }
    }
    return new Time(exact, coarse);
  }

  private static String firstWord(Path file) {
    try {
      return Files.readString(file).strip().split(" ", 2)[0];
    } catch (IOException _) {
      // A thread that ended just now.
      return "0";
    }
  }

  private static long ticks(Path process) throws IOException {
    String stat = Files.readString(process.resolve("stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Long.parseLong(fields[FIELDS_BEFORE_TIME])
        + Long.parseLong(fields[FIELDS_BEFORE_TIME + 1]);
  }

  /// Resident memory, in KiB.
  long rssKb() {
    long sum = 0;
    for (long pid : pids) {
      try {
        sum +=
            Files.readAllLines(proc.resolve(pid + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
      } catch (IOException _) {
        // It has ended.
      }
    }
    return sum;
  }
}
