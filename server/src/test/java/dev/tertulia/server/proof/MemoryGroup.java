package dev.tertulia.server.proof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/// A control group with a bounded memory, as containers have: what its processes use beyond that is
/// taken back from the page cache, or else the kernel kills one of them. Only root can create one.
///
/// Of the second version of control groups if they control memory here, which also counts what the
/// kernel holds for sockets; of the first version otherwise, which does not.
final class MemoryGroup implements AutoCloseable {
  private static final Path ROOT = Path.of("/sys/fs/cgroup");

  private final Path folder;
  private final boolean second;

  /// @param bytes how much memory its processes may have
  MemoryGroup(long bytes) {
    second = Files.exists(ROOT.resolve("cgroup.controllers"));
    folder = ROOT.resolve(second ? "" : "memory").resolve("tertulia-" + UUID.randomUUID());
    try {
      Files.createDirectory(folder);
      write(second ? "memory.max" : "memory.limit_in_bytes", bytes);
      if (second) {
        write("memory.swap.max", 0);
      }
    } catch (IOException e) {
      throw new AssertionError(
          "no control group with a bounded memory can be made here: run the tests as root, where "
              + folder.getParent()
              + " can be written (in a container: --privileged)",
          e);
    }
  }

  private void write(String file, long value) throws IOException {
    Files.writeString(folder.resolve(file), Long.toString(value));
  }

  /// The command that runs a program in it.
  List<String> entering() {
    return List.of(
        "sh", "-c", "echo $$ >'" + folder.resolve("cgroup.procs") + "' && exec \"$@\"", "sh");
  }

  /// How many processes the kernel has killed.
  long kills() {
    return value(second ? "memory.events" : "memory.oom_control", "oom_kill");
  }

  /// What is used now without what can be taken back, in bytes.
  long held() {
    return value("memory.stat", second ? "anon" : "rss")
        + (second ? value("memory.stat", "kernel") : value("memory.kmem.usage_in_bytes", ""));
  }

  /// The most that was used at a time, page cache included, in bytes.
  long peak() {
    return value(second ? "memory.peak" : "memory.max_usage_in_bytes", "");
  }

  /// A number of a file.
  ///
  /// @param name the first word of its line; empty if the file is the number
  private long value(String file, String name) {
    try {
      for (String line : Files.readAllLines(folder.resolve(file))) {
        if (name.isEmpty()) {
          return Long.parseLong(line);
        }
        if (line.startsWith(name + " ")) {
          return Long.parseLong(line.substring(name.length() + 1));
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    throw new AssertionError(file + " has no " + name);
  }

  /// After its processes have ended.
  @Override
  public void close() {
    try {
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      throw new AssertionError("a process is still in " + folder, e);
    }
  }
}
