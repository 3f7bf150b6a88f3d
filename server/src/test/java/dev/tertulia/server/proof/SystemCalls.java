package dev.tertulia.server.proof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A trace written by `strace -f -y -o FILE`. Its lines are in the order of events: a traced thread
/// continues only once its line is written.
final class SystemCalls {
  private static final Pattern LINE = Pattern.compile("(\\d+) +(.*)");
  private static final Pattern RESUMED = Pattern.compile("<\\.\\.\\. (\\w+) resumed>(.*)");
  private static final Pattern CALL = Pattern.compile("(\\w+)\\((\\d+)<([^>]*)>(.*)");
  private static final String UNFINISHED = " <unfinished ...>";

  private SystemCalls() {}

  /// One call.
  ///
  /// @param began where it stands among all beginnings and ends
  /// @param ended the same of its return; [Integer#MAX_VALUE] if it did not return
  /// @param file what the descriptor stands for: a path, or such as `socket:[123]`
  /// @param rest its other arguments and its result, as text
  record Call(int began, int ended, String name, String file, String rest) {
    boolean succeeded() {
      return rest.matches("(?s).*= \\d+( .*)?");
    }
  }

  /// The command that runs a program and writes the trace of what it writes and syncs.
  static List<String> tracing(Path trace) {
    return tracing(trace, "write,writev,pwrite64,pwritev,sendto,sendmsg,fsync,fdatasync");
  }

  /// The command that runs a program and writes the trace of some of its calls.
  ///
  /// @param calls their names, with commas between them
  static List<String> tracing(Path trace, String calls) {
    return List.of(
        "strace",
        "-f",
        "-y",
        "--seccomp-bpf",
        "-s",
        "65536",
        "-e",
        "trace=" + calls,
        "-o",
        trace.toString());
  }

  /// Reads a trace.
  static List<Call> read(Path trace) throws IOException {
    List<Call> calls = new ArrayList<>();
    Map<String, Integer> beginnings = new HashMap<>();
    Map<String, String> unfinished = new HashMap<>();
    int at = 0;
    for (String text : Files.readAllLines(trace)) {
      at++;
      Matcher line = LINE.matcher(text);
      if (!line.matches()) {
        continue;
      }
      String thread = line.group(1);
      String what = line.group(2);
      Matcher resumed = RESUMED.matcher(what);
      if (what.endsWith(UNFINISHED)) {
        beginnings.put(thread, at);
        unfinished.put(thread, what.substring(0, what.length() - UNFINISHED.length()));
      } else if (resumed.matches()) {
        String begun = unfinished.remove(thread);
        if (begun != null) {
          add(calls, beginnings.getOrDefault(thread, at), at, begun + resumed.group(2));
        }
      } else {
        add(calls, at, at, what);
      }
    }
    unfinished.forEach(
        (thread, what) -> add(calls, beginnings.getOrDefault(thread, 0), Integer.MAX_VALUE, what));
    return calls;
  }

  private static void add(List<Call> calls, int began, int ended, String text) {
    Matcher call = CALL.matcher(text);
    if (call.matches()) {
      calls.add(new Call(began, ended, call.group(1), call.group(3), call.group(4)));
    }
  }
}
